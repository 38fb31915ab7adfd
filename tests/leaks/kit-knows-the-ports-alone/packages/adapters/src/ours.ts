export const ours = {};
