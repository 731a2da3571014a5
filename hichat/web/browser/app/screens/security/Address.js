export const Address = () => null;
