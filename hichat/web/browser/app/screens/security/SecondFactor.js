export const SecondFactor = () => null;
