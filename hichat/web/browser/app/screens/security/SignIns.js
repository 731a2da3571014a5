export const SignIns = () => null;
