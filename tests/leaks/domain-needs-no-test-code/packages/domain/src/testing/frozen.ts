export const frozen = () => new Date(0);
