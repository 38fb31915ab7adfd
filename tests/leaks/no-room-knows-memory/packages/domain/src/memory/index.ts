export const emptyMemory = () => ({});
