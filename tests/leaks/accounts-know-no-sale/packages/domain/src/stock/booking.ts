export const heldBy = () => 0;
