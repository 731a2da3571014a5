// Chinese, for a person's own page; a part for each section. A name in braces is a place that is filled in.
export const zh = {
  // Sessions
  devicesHint: "这些是登录过你账号的设备。不认识的请移除。",

  // SecondFactor

  // Passkeys

  // AppPasswords

  // Identities

  // Address

  // SignIns
};
