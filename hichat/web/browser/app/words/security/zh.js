// Chinese, for a person's own page; a part for each section. A name in braces is a place that is filled in.
export const zh = {
  // Sessions
  byAppPassword: "使用应用专用密码",
  byDeviceFlow: "由其他设备授权",
  byOidc: "使用单点登录",
  byPasskey: "使用通行密钥",
  byPassword: "使用密码",
  byToken: "使用管理员签发的令牌",
  connectedNow: "当前在线",
  devicesHint: "这些是登录过你账号的设备。不认识的请退出，并修改密码。",
  endAll: "退出所有设备",
  endAllQuestion: "所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",
  endAppPasswords: "同时撤销应用专用密码",
  endDevices: "同时忘记这些设备：下次登录需要再次进行第二步验证",
  endOthers: "退出其他所有设备",
  endOthersQuestion: "所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",
  endSession: "退出",
  endSessionOf: "让 {name} 退出登录",
  endSessionQuestion: "{name} 将退出登录，其连接会被断开。之后可以再次登录。",
  ended: "已结束 {count} 个会话。",
  lastUsed: "上次使用 {time}",
  loggedOutDevices: "已退出的设备（{count}）",
  noSessions: "没有已登录的设备。",
  oneEnded: "已结束 1 个会话。",
  remembered: "无需第二步验证",
  revokeOf: "移除 {name}",
  sessionsHead: "已登录的设备",
  signedInSince: "登录于 {time}",

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
  askedEnrolment: "密码正确，需要先设置第二步验证",
  askedFactor: "密码正确，等待第二步验证",
  brokenOff: "登录中断",
  loggedInAnew: "新设备登录",
  newPasswordSet: "通过链接设置了密码",
  noSignIns: "最近 90 天没有记录。",
  refusedCode: "已拒绝：第二步验证码错误",
  refusedDevice: "已拒绝：该设备已被移除",
  refusedDevices: "已拒绝：设备数量过多",
  refusedDisabled: "已拒绝：账号已停用",
  refusedOften: "已拒绝：尝试次数过多",
  refusedOtherwise: "已拒绝",
  refusedPassword: "已拒绝：密码错误",
  refusedTicket: "已拒绝：第二步验证超时",
  refusedV1: "已拒绝：该客户端需要应用专用密码",
  signInsHead: "最近 90 天的登录",
  signInsHint: "以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",
  times: "{count} 次",
  tokenStolen: "同一会话的密钥出现在两处：会话已结束",
  wasLoggedIn: "登录成功",
};
