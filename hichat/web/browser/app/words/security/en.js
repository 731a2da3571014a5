// English, for a person's own page; a part for each section. A name in braces is a place that is filled in.
export const en = {
  // Sessions
  devicesHint: "What you are logged in with. Revoke what you do not recognise.",

  // SecondFactor

  // Passkeys
  addPasskey: "Add a passkey",
  addPasskeyHint:
    "Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps and the terminal need an app password.",
  noPasskeysHere: "This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",
  passkeyAdded: "The passkey is added.",
  passkeyMade: "Made {time}",
  passkeyName: "Name of the passkey",
  passkeyUnused: "not used yet",
  passkeyUsed: "last used {time}",
  passkeys: "Passkeys",
  passkeysHint:
    "With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",
  removePasskey: "Remove passkey",
  removePasskeyQuestion: "{name} will not let you in any more. Your device may still offer it: remove it there, too.",
  removePasskeyShort: "Remove",
  renamePasskey: "Rename passkey",
  renamePasskeyShort: "Rename",
  withAnotherPasskey: "Use a passkey instead",

  // AppPasswords

  // Identities

  // Address

  // SignIns
};
