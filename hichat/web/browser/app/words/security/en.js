// English, for a person's own page; a part for each section. A name in braces is a place that is filled in.
export const en = {
  // Sessions
  devicesHint: "What you are logged in with. Revoke what you do not recognise.",

  // SecondFactor

  // Passkeys

  // AppPasswords

  // Identities

  // Address

  // SignIns
};
