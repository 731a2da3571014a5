export const Identities = () => null;
