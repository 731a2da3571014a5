// Chinese, for a person's own page; a part for each section. A name in braces is a place that is filled in.
export const zh = {
  // Sessions
  devicesHint: "这些是登录过你账号的设备。不认识的请移除。",

  // SecondFactor

  // Passkeys
  addPasskey: "添加通行密钥",
  addPasskeyHint: "通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用和终端需要应用密码。",
  noPasskeysHere: "此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",
  passkeyAdded: "通行密钥已添加。",
  passkeyMade: "创建于 {time}",
  passkeyName: "通行密钥名称",
  passkeyUnused: "尚未使用",
  passkeyUsed: "上次使用 {time}",
  passkeys: "通行密钥",
  passkeysHint: "使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",
  removePasskey: "移除通行密钥",
  removePasskeyQuestion: "{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",
  removePasskeyShort: "移除",
  renamePasskey: "重命名通行密钥",
  renamePasskeyShort: "重命名",
  withAnotherPasskey: "改用通行密钥",

  // AppPasswords

  // Identities

  // Address

  // SignIns
};
