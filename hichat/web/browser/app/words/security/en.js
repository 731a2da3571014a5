// English, for a person's own page; a part for each section. A name in braces is a place that is filled in.
export const en = {
  // Sessions
  byAppPassword: "with an app password",
  byDeviceFlow: "allowed from another device",
  byOidc: "by single sign-on",
  byPasskey: "with a passkey",
  byPassword: "with the password",
  byToken: "with a token of an administrator",
  connectedNow: "Connected now",
  devicesHint: "What you are logged in with. Log out what you do not recognise, and change your password.",
  endAll: "Log out everywhere",
  endAllQuestion: "All sessions end at once, this one too, with those of existing clients and all tokens.",
  endAppPasswords: "Revoke the app passwords, too",
  endDevices: "Forget the devices, too: they need the second step again",
  endOthers: "Log out everywhere else",
  endOthersQuestion: "All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",
  endSession: "Log out",
  endSessionOf: "Log out {name}",
  endSessionQuestion: "{name} is logged out, and its connections are closed. It may log in again.",
  ended: "{count} sessions have ended.",
  lastUsed: "Last used {time}",
  loggedOutDevices: "Logged out devices ({count})",
  noSessions: "No device is logged in.",
  oneEnded: "One session has ended.",
  remembered: "needs no second step",
  revokeOf: "Revoke {name}",
  sessionsHead: "Where you are logged in",
  signedInSince: "logged in {time}",

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
  askedEnrolment: "The password was right; a second step was to be set up",
  askedFactor: "The password was right; the second step was asked for",
  brokenOff: "A log-in was broken off",
  loggedInAnew: "A new device logged in",
  newPasswordSet: "A password was set with a link",
  noSignIns: "Nothing in the last 90 days.",
  refusedCode: "Refused: a wrong code in the second step",
  refusedDevice: "Refused: the device was revoked",
  refusedDevices: "Refused: too many devices",
  refusedDisabled: "Refused: the account was disabled",
  refusedOften: "Refused: too many tries",
  refusedOtherwise: "Refused",
  refusedPassword: "Refused: a wrong password",
  refusedTicket: "Refused: the second step came too late",
  refusedV1: "Refused: this client needs an app password",
  signInsHead: "Log-ins of the last 90 days",
  signInsHint: "Who came in with your name, or tried. If it was not you, change your password.",
  times: "{count} times",
  tokenStolen: "Two parties had the key of one session: it has ended",
  wasLoggedIn: "Logged in",
};
