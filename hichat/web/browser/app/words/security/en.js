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
  addAppPassword: "Make an app password",
  addAppPasswordHint:
    "For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",
  appPassword: "App password",
  appPasswordMade: "Made {time}",
  appPasswordName: "Name",
  appPasswordNameHint: "By which you will know it, such as the app and its device.",
  appPasswordOnce: "Type this in the app in place of your password. It is not shown again.",
  appPasswordUnused: "not used yet",
  appPasswordUsed: "last used {time}",
  appPasswords: "App passwords",
  appPasswordsHint:
    "For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",
  revokeAppPassword: "Revoke app password",
  revokeAppPasswordQuestion: "{name} lets nobody in any more. What is logged in with it is logged out at once.",

  // LetDevice
  allowDevice: "Let it in",
  continue: "Continue",
  deviceAddress: "It asks from",
  deviceAllowed: "The device is let in. You can go on there.",
  deviceBegan: "Since",
  deviceCallsItself: "It calls itself",
  deviceCode: "Code",
  deviceCodeDiffers: "This is not the code of the link that brought you here. Type the code that the device itself shows.",
  deviceCodeHint: "The eight letters that the device shows.",
  deviceNoAddress: "an address that is not known",
  deviceRefused: "The device is refused.",
  deviceWarning:
    "Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",
  deviceWillBe: "It will be signed in as",
  letDevice: "Let a device in",
  refuseDevice: "Refuse",
  toTheChats: "To the chats",

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
