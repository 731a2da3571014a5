export const AppPasswords = () => null;
