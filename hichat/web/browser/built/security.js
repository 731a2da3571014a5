import{A as ne,B as ae,C as T,D as G,F as Q,G as ie,H as re,I as C,K as de,Na as we,O as V,P as z,Q as x,T as U,U as A,V as N,W as ce,X as le,Z as pe,_ as me,a as c,b,ea as W,f as n,fa as ue,g as X,ga as M,ha as $e,i as H,ia as fe,l as B,m as Z,n as e,o as y,s as P,t as F,u as ee,v as se,w as E,x as te,z as oe}from"./client.js";var ke={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",appSince:"An app is your second factor since {time}.",continueOn:"Continue",forgetDevice:"Forget",freshLogInHint:"You have no password here: this works within five minutes after you have logged in.",newRecoveryCodes:"New recovery codes",newRecoveryCodesHint:"The codes that you have so far are void then.",recoveryLeft:"Recovery codes left: {count}",rememberedDevices:"Remembered devices",rememberedUntil:"without a second step until {time}",removeApp:"Remove the app",removeAppQuestion:"From then on a log-in does not ask for the code of the app.",secondFactor:"Second factor",secondFactorHint:"With an app on your phone nobody logs in who knows only your password. Older apps then need an app password.",setUpAppHint:"You need an app that shows codes, such as Aegis, Google Authenticator or 1Password.",setUpOtherApp:"Set up another app",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceNotLet:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"Last used {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",leaveProvider:"Log out here and at {name}",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",addAddress:"Add an address",emailAddress:"E-mail address",addressCode:"Code",addressCodeHint:"The six digits in the mail to {address}.",addressHint:"With a verified address you get a link when you forget the password, and a mail when a new device logs in.",addressIs:"{address}, verified {time}",addressVerified:"The address is verified.",changeAddress:"Change the address",changeAddressHint:"A code is sent to the new address. Until you have typed it, the former one stays.",noAddress:"No address is verified yet.",removeAddress:"Remove the address",removeAddressHint:"Without it nothing brings you back when you forget the password, and you get no mails.",sendCode:"Send a code",verifyAddress:"Verify",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in",allConversations:"all conversations",botDisabled:"disabled",botNameHint:"The name of its account.",botForEver:"for ever",botNoGroups:"It is in no group. You may take it into groups that you look after.",botToken:"Token",botTokenEnded:"ended {time}",botTokenEnds:"ends {time}",botTokenFor:"Good for",botTokenNameHint:"By which you will know it, such as the program that uses it.",botTokenOnce:"Whoever has this token is the bot. It is not shown again.",botTokenOnly:"Only in these conversations (none: in all)",botTokens:"Tokens",botTokensHint:"A program uses a token in place of a password. Give each program its own.",botTokenUnused:"not used yet",botTokenUsed:"last used {time}",botWithYou:"With you",botsHint:"A bot is a program with an account of its own. Everybody sees that it is one.",deleteBot:"Delete the bot",deleteBotQuestion:"{name} is deleted for ever. What it has written stays.",makeBot:"Make a bot",makeBotToken:"Make a token",noBots:"You have no bots.",oneBotToken:"1 token",renameBot:"Rename",revokeBotToken:"Revoke the token",revokeBotTokenQuestion:"{name} is void at once, and what uses it is disconnected.",scope_manage:"manage groups",scope_read:"read and hear",scope_send:"write",scopes:"It may",someBotTokens:"{count} tokens",someDays:"{count} days",takeBotIn:"Take in",takeBotOut:"Take out"};var he={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",appSince:"自 {time} 起，登录需要验证器应用的验证码。",continueOn:"继续",forgetDevice:"忘记",freshLogInHint:"你在此没有密码：请在登录后的五分钟内操作。",newRecoveryCodes:"新的恢复代码",newRecoveryCodesHint:"现有的恢复代码将失效。",recoveryLeft:"剩余恢复代码：{count}",rememberedDevices:"记住的设备",rememberedUntil:"{time} 前无需第二步验证",removeApp:"移除验证器应用",removeAppQuestion:"之后登录不再需要验证器应用的验证码。",secondFactor:"第二步验证",secondFactorHint:"使用手机上的验证器应用后，仅知道密码的人无法登录。旧版应用需要应用密码。",setUpAppHint:"需要一个显示验证码的应用，例如 Aegis、Google Authenticator 或 1Password。",setUpOtherApp:"改用其他验证器应用",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用需要应用专用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceNotLet:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",leaveProvider:"在此处和 {name} 都退出登录",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",addAddress:"添加邮箱",emailAddress:"电子邮箱",addressCode:"验证码",addressCodeHint:"发送到 {address} 的邮件中的六位数字。",addressHint:"验证邮箱后，忘记密码时可通过邮件中的链接重设，有新设备登录时也会收到邮件。",addressIs:"{address}，验证于 {time}",addressVerified:"邮箱已验证。",changeAddress:"更换邮箱",changeAddressHint:"验证码会发送到新邮箱。输入验证码之前，原邮箱保持不变。",noAddress:"尚未验证邮箱。",removeAddress:"移除邮箱",removeAddressHint:"移除后，忘记密码时将无法找回，也不会再收到邮件。",sendCode:"发送验证码",verifyAddress:"验证",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功",allConversations:"所有会话",botDisabled:"已停用",botNameHint:"机器人账号的名称。",botForEver:"永久",botNoGroups:"它不在任何群里。你可以把它加入你管理的群。",botToken:"令牌",botTokenEnded:"已于 {time} 失效",botTokenEnds:"{time} 失效",botTokenFor:"有效期",botTokenNameHint:"便于你辨认，例如使用它的程序。",botTokenOnce:"持有此令牌者即可代表该机器人。此令牌不会再次显示。",botTokenOnly:"仅限这些会话（不选：所有会话）",botTokens:"令牌",botTokensHint:"程序用令牌代替密码。请为每个程序各建一个。",botTokenUnused:"尚未使用",botTokenUsed:"上次使用 {time}",botWithYou:"与你的会话",botsHint:"机器人是拥有自己账号的程序。所有人都能看到它是机器人。",deleteBot:"删除机器人",deleteBotQuestion:"{name} 将被永久删除，它发送过的内容会保留。",makeBot:"创建机器人",makeBotToken:"创建令牌",noBots:"你还没有机器人。",oneBotToken:"1 个令牌",renameBot:"改名",revokeBotToken:"吊销令牌",revokeBotTokenQuestion:"{name} 将立即失效，正在使用它的程序会断开连接。",scope_manage:"管理群",scope_read:"读取和接收",scope_send:"发送",scopes:"权限",someBotTokens:"{count} 个令牌",someDays:"{count} 天",takeBotIn:"加入",takeBotOut:"移出"};function O({model:s,title:t,text:o,action:d,danger:a=!1,close:r,work:i,children:l}){let[p,m]=c({password:!0,factors:[]}),[u,$]=c(""),[h,k]=c(""),[f,v]=c("");b(()=>{s.attempt(async()=>m(await s.api.get("/me/factors")))},[]);let w=p.password?"password":["totp","recovery"].find(D=>p.factors.includes(D)),S=async D=>{k(""),v("");try{await i(await D())}catch(I){(w==="password"&&E(I)?v:k)(T(I))}},_=C(D=>(D.preventDefault(),S(()=>w?{[w]:u}:{}))),L=C(()=>S(async()=>{let{state:D,options:I}=await s.api.post("/me/passkeys/show");return{passkey:{state:D,credential:await re(I)}}}));return n`<${A} title=${t} close=${r}>
    <form onSubmit=${_}>
      <p>${o}</p>
      ${l}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      ${w==="password"&&n`<${F} label=${e("password")} problem=${f} value=${u} change=${$} required autocomplete="current-password" />`}
      ${w==="totp"&&n`<${M} hint=${e("appCodeHint")} value=${u} change=${$} />`}
      ${w==="recovery"&&n`<${P} label=${e("recoveryCode")} hint=${e("recoveryCodeHint")} value=${u} change=${$} autocomplete="off" required maxlength="64" />`}
      ${!w&&p.factors.length===0&&n`<p class="dim">${e("freshLogInHint")}</p>`}
      ${h&&n`<p class="problem" role="alert">${h}</p>`}
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        ${p.factors.includes("passkey")&&Q()&&n`<button type="button" onClick=${L}>${e("withAnotherPasskey")}</button>`}
        ${(w||p.factors.length===0)&&n`<button class=${a?"danger":"primary"}>${d}</button>`}
      </div>
    </form>
  <//>`}function Ue({model:s}){let[t,o]=c(""),[d,a]=c(""),[r,i]=c(""),[l,p]=c(""),[m,u]=c(!1),$=async h=>{h.preventDefault(),i(""),p("");let k=f=>G(i,se)(f)||G(p,E)(f);await s.attempt(()=>s.link.ask("changePassword",t,d,B()),e("passwordChanged"),k)&&(o(""),a(""))};return n`<div class="page">
    <${U} title=${e("account")} back=${x("settings")} />
    <div class="page-body">
      <form class="form" onSubmit=${$}>
        <h2>${e("changePassword")}</h2>
        <p class="dim">${e("changePasswordHint")}</p>
        <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
        <${F} label=${e("oldPassword")} problem=${l} value=${t} change=${o} required autocomplete="current-password" />
        <${ee} label=${e("newPassword")} problem=${r} value=${d} change=${a} />
        <div class="actions"><button class="primary">${e("changePassword")}</button></div>
      </form>
      <div class="form">
        <h2>${e("yourData")}</h2>
        <p class="dim">${e("yourDataHint")}</p>
        <div class="actions"><button type="button" onClick=${()=>ue(s,"/me/export",e("dataComes"))}>${e("downloadData")}</button></div>
      </div>
      <div class="form">
        <h2>${e("deleteAccount")}</h2>
        <p class="dim">${e("deleteAccountHint")}</p>
        <div class="actions"><button type="button" class="danger" onClick=${()=>u(!0)}>${e("deleteAccount")}</button></div>
      </div>
    </div>
    ${m&&n`<${Fe} model=${s} close=${()=>u(!1)} />`}
  </div>`}function Fe({model:s,close:t}){let o=async a=>{await s.api.post("/me/deletion",a),t(),location.hash="",await s.link.ask("forget")},d={title:e("deleteAccount"),text:e("deleteAccountQuestion"),action:e("deleteAccount")};return n`<${O} model=${s} ...${d} danger close=${t} work=${o} />`}var _e=["send","read","manage"],Le=864e5;function Re({model:s,id:t}){return t?n`<${Qe} model=${s} id=${t} />`:n`<${Ee} model=${s} />`}function Ee({model:s}){let[t,o]=c(null),[d,a]=c(!1);b(()=>{s.attempt(async()=>o(await s.api.get("/bots")))},[]);let r=i=>s.attempt(async()=>{let l=await s.api.post("/bots",i);z("settings","bots",l.id)});return n`<div class="page">
    <${U} title=${e("bots")} back=${x("settings")} />
    <div class="page-body">
      <p class="dim">${e("botsHint")}</p>
      ${t&&!t.length&&n`<p>${e("noBots")}</p>`}
      <ul class="rows">
        ${(t??[]).map(i=>n`<li class="row" key=${i.id}>
              <a class="row-main" href=${x("settings","bots",i.id)}>
                <${de} model=${s} id=${i.id} name=${i.displayName} picture=${i.avatar} />
                <span class="row-text">
                  <span class="row-title">${i.displayName}<${V} of=${{bot:!0}} /></span>
                  <span class="row-note">${ve(i)}</span>
                </span>
              </a>
            </li>`)}
      </ul>
      <div class="actions start"><button type="button" class="primary" onClick=${()=>a(!0)}>${e("makeBot")}</button></div>
      ${d&&n`<${ye} title=${e("makeBot")} action=${e("makeBot")} given=${{name:"",displayName:""}} then=${r} close=${()=>a(!1)} />`}
    </div>
  </div>`}var ve=({made:s,lastUse:t,disabled:o})=>[s===1?e("oneBotToken"):e("someBotTokens",{count:s}),t?e("botTokenUsed",{time:y(t)}):e("botTokenUnused"),o&&e("botDisabled")].filter(Boolean).join(" · ");function Qe({model:s,id:t}){let[o,d]=c(null),[a,r]=c(null),i=`/bots/${t}`,l=()=>s.attempt(async()=>d(await s.api.get(i)));b(()=>{l()},[t]);let p=()=>r(null),m=f=>s.attempt(async()=>{await f(),await l()}),u=f=>m(()=>s.api.patch(i,f)),$=()=>s.attempt(async()=>{await s.api.delete(i),z("settings","bots")}),h=f=>s.attempt(async()=>{let v=await s.api.post(`${i}/tokens`,f);r({made:v}),await l()}),k=n`<${U} title=${o?.displayName??e("bots")} back=${x("settings","bots")} stays />`;return o?n`<div class="page">
    ${k}
    <div class="page-body">
      <${we} quiet is="PictureField" model=${s} id=${t} name=${o.displayName} value=${o.avatar} change=${f=>u({avatar:f})} />
      <p class="dim">${o.name}<${V} of=${{bot:!0}} /> · ${ve(o)}</p>
      <div class="actions start">
        <a class="button" href=${x("chats",`user-${t}`)}>${e("message")}</a>
        <button type="button" onClick=${()=>r({naming:!0})}>${e("renameBot")}</button>
        <button type="button" class="danger-text" onClick=${()=>r({removing:!0})}>${e("deleteBot")}</button>
      </div>
      <h2 class="list-head">${e("botTokens")}</h2>
      <p class="dim">${e("botTokensHint")}</p>
      <ul class="rows">
        ${o.passes.map(f=>n`<li class="row" key=${f.id}>
              <span class="row-main">
                <span class="row-text">
                  <span class="row-title">${f.name}</span>
                  <span class="row-note wrap">${We(s,f)}</span>
                </span>
              </span>
              <span class="row-actions">
                <button type="button" class="small danger-text" aria-label=${`${e("revokeBotToken")}: ${f.name}`} onClick=${()=>r({revoking:f})}>${e("revoke")}</button>
              </span>
            </li>`)}
      </ul>
      <div class="actions start"><button type="button" onClick=${()=>r({making:!0})}>${e("makeBotToken")}</button></div>
      <${Me} model=${s} bot=${o} act=${m} />
    </div>
    ${a?.naming&&n`<${ye} title=${e("renameBot")} action=${e("save")} given=${o} then=${f=>u(f).then(p)} close=${p} />`}
    ${a?.making&&n`<${je} model=${s} bot=${o} then=${h} close=${p} />`}
    ${a?.made&&n`<${Ye} model=${s} made=${a.made} close=${p} />`}
    ${a?.revoking&&n`<${N} title=${e("revokeBotToken")} text=${e("revokeBotTokenQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${p}
        then=${()=>m(()=>s.api.delete(`${i}/tokens/${a.revoking.id}`))} />`}
    ${a?.removing&&n`<${N} title=${e("deleteBot")} text=${e("deleteBotQuestion",{name:o.displayName})} action=${e("deleteBot")} close=${p} then=${$} />`}
  </div>`:n`<div class="page">${k}</div>`}var We=(s,{scopes:t,conversations:o,ends:d,used:a})=>[t.map(r=>e(`scope_${r}`)).join(", "),o?o.map(r=>s.titleOf(s.conversation(r))||r).join(", "):e("allConversations"),a?e("botTokenUsed",{time:y(a)}):e("botTokenUnused"),d&&e(d>s.now()?"botTokenEnds":"botTokenEnded",{time:y(d)})].filter(Boolean).join(" · ");function Me({model:s,bot:t,act:o}){let d=new Set(t.groups.map(i=>i.id)),a=s.lists.get("groups").filter(({id:i,you:l})=>!d.has(i)&&["owner","admin"].includes(l.role)),r=i=>`/bots/${t.id}/groups/${i.id}`;return n`
    <h2 class="list-head">${e("groups")}</h2>
    ${!d.size&&n`<p class="dim">${e("botNoGroups")}</p>`}
    <ul class="rows">
      ${t.groups.map(i=>n`<li class="row" key=${i.id}>
            <a class="row-main" href=${x("groups",i.id)}><span class="row-text"><span class="row-title">${i.name}</span></span></a>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("takeBotOut")}: ${i.name}`} onClick=${()=>o(()=>s.api.delete(r(i)))}>${e("takeBotOut")}</button>
            </span>
          </li>`)}
      ${a.map(i=>n`<li class="row" key=${i.id}>
            <span class="row-main"><span class="row-text"><span class="row-title dim">${i.name}</span></span></span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("takeBotIn")}: ${i.name}`} onClick=${()=>o(()=>s.api.put(r(i)))}>${e("takeBotIn")}</button>
            </span>
          </li>`)}
    </ul>
  `}function ye({title:s,action:t,given:o,then:d,close:a}){let[r,i]=c(o.name),[l,p]=c(o.displayName===o.name?"":o.displayName),m=C(()=>d({name:r,displayName:l}));return n`<${A} title=${s} close=${a}>
    <form onSubmit=${$=>{$.preventDefault(),m()}}>
      <${P} label=${e("name")} hint=${e("botNameHint")} value=${r} change=${i} required maxlength="64" autocomplete="off" />
      <${P} label=${e("displayName")} hint=${e("displayNameHint")} value=${l} change=${p} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${t}</button></div>
    </form>
  <//>`}function je({model:s,bot:t,then:o,close:d}){let[a,r]=c(""),[i,l]=c(["send","read"]),[p,m]=c("0"),[u,$]=c([]),h=(w,S)=>w.includes(S)?w.filter(_=>_!==S):[...w,S],k=C(()=>o({name:a,scopes:i,...u.length&&{conversations:u},...p!=="0"&&{ends:s.now()+Number(p)*Le}})),f=w=>{w.preventDefault(),i.length&&k()},v=[{name:`user-${s.state.user}`,title:e("botWithYou")},...t.groups.map(w=>({name:`group-${w.id}`,title:w.name}))];return n`<${A} title=${e("makeBotToken")} close=${d}>
    <form onSubmit=${f}>
      <${P} label=${e("name")} hint=${e("botTokenNameHint")} value=${a} change=${r} required maxlength="64" autocomplete="off" />
      <fieldset class="choice">
        <legend>${e("scopes")}</legend>
        ${_e.map(w=>n`<label class="check" key=${w}><input type="checkbox" checked=${i.includes(w)} onChange=${()=>l(h(i,w))} />${e(`scope_${w}`)}</label>`)}
      </fieldset>
      <fieldset class="choice">
        <legend>${e("botTokenOnly")}</legend>
        ${v.map(w=>n`<label class="check" key=${w.name}><input type="checkbox" checked=${u.includes(w.name)} onChange=${()=>$(h(u,w.name))} />${w.title}</label>`)}
      </fieldset>
      <${te} label=${e("botTokenFor")} options=${{0:e("botForEver"),30:e("someDays",{count:30}),365:e("someDays",{count:365})}} value=${p} change=${m} />
      <div class="actions"><button type="submit" class="primary" disabled=${!i.length}>${e("makeBotToken")}</button></div>
    </form>
  <//>`}function Ye({model:s,made:t,close:o}){return n`<${A} title=${t.name} close=${o}>
    <p>${e("botTokenOnce")}</p>
    <p class="app-password">
      <${W} model=${s} label=${e("botToken")} text=${t.token} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${o}>${e("close")}</button></div>
  <//>`}function qe({model:s,code:t}){let[o,d]=c(""),[a,r]=c(null),[i,l]=c(""),[p,m]=c(""),u=k=>s.api.post("/device/find",{userCode:k});b(()=>{t&&u(t).then(r,k=>l(T(k)))},[]);let $=C(async k=>{k.preventDefault();let f=k.submitter?.value!=="refuse";if(l(""),t&&be(o)!==be(t))return l(e("deviceCodeDiffers"));try{if(!a)return r(await u(o));await s.api.post("/device/answer",{userCode:o,allow:f}),m(f?"deviceAllowed":"deviceNotLet")}catch(v){l(T(v)),v.code==="no_such_user_code"&&r(null)}}),h=k=>{d(k),t||r(null)};return n`<main class="entry">
    <form class="card" onSubmit=${$}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${p?n`<p role="status">${e(p)}</p>
              <a href=${x("chats")}>${e("toTheChats")}</a>`:n`<p class="hint">${e("deviceWarning")}</p>
              ${a&&n`<${Ge} model=${s} device=${a} />`}
              <${P}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${i}
                value=${o}
                change=${h}
                required
                maxlength="16"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck=${!1}
              />
              ${a?n`<button class="primary" value="allow">${e("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${e("refuseDevice")}</button>`:n`<button class="primary">${e("continue")}</button>`}
              <a href=${x("chats")}>${e("cancel")}</a>`}
    </form>
  </main>`}var be=s=>s.replace(/[\s-]/g,"").toUpperCase();function Ge({model:s,device:t}){return n`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${y(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}function ge({model:s,came:t}){let[o,d]=c(null),[a,r]=c(""),i=()=>s.attempt(async()=>d(await Ve(s,await s.api.get("/me/email"))));if(b(()=>{i().then(t)},[]),!o||!(o.sent||o.address))return null;let l=()=>r(""),p=m=>{d(m),l()};return n`
    <h2 class="list-head">${e("emailAddress")}</h2>
    <p class="dim">${e("addressHint")}</p>
    <p>${o.address?e("addressIs",{address:o.address,time:y(o.verified)}):e("noAddress")}</p>
    ${o.sent&&o.claimed&&n`<${Je} key=${o.claimed} model=${s} own=${o} done=${p} />`}
    <div class="actions start">
      ${o.address&&n`<button type="button" class="danger-text" onClick=${()=>r("remove")}>${e("removeAddress")}</button>`}
      ${o.sent&&n`<button type="button" onClick=${()=>r("change")}>${e(o.address?"changeAddress":"addAddress")}</button>`}
    </div>
    ${a==="change"&&n`<${ze} model=${s} own=${o} close=${l} done=${p} />`}
    ${a==="remove"&&n`<${Ke} model=${s} close=${l} done=${p} />`}
  `}var Ve=(s,t)=>t.address&&t.language!==B()?s.api.patch("/me/email",{language:B()}):t;function ze({model:s,own:t,close:o,done:d}){let[a,r]=c(t.address?"":s.me?.email??""),i=async l=>d(await s.api.put("/me/email",{...l,address:a,language:B()}));return n`<${O} model=${s} title=${e("emailAddress")} text=${e("changeAddressHint")} action=${e("sendCode")} close=${o} work=${i}>
    <${P} label=${e("emailAddress")} type="email" value=${a} change=${r} required maxlength="254" autocomplete="email" />
  <//>`}function Ke({model:s,close:t,done:o}){let d=async a=>o(await s.api.put("/me/email",{...a,address:""}));return n`<${O} model=${s} title=${e("removeAddress")} text=${e("removeAddressHint")} action=${e("removeAddress")} danger close=${t} work=${d} />`}function Je({model:s,own:t,done:o}){let[d,a]=c(""),[r,i]=c(""),l=C(async p=>{p.preventDefault(),i("");try{o(await s.api.post("/me/email/verification",{code:d})),s.toast(e("addressVerified"))}catch(m){i(T(m))}});return n`<form onSubmit=${l}>
    <${P}
      label=${e("addressCode")}
      hint=${e("addressCodeHint",{address:t.claimed})}
      problem=${r}
      value=${d}
      change=${a}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${e("verifyAddress")}</button></div>
  </form>`}function Ae({model:s,came:t}){let[o,d]=c(null),[a,r]=c(null),i=()=>s.attempt(async()=>d(await s.api.get("/me/app-passwords")));if(b(()=>{i().then(t)},[]),!o)return null;let l=()=>r(null),p=u=>{r({made:u}),i()},m=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${a.revoking.id}`),await i()});return n`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${o.map(u=>n`<li class="row" key=${u.id}>
            <span class="row-main">
              <span class="file-sign"><${H} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${u.name}</span>
                <span class="row-note wrap">${Xe(u)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${u.name}`} onClick=${()=>r({revoking:u})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" onClick=${()=>r({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${a?.making&&n`<${Ze} model=${s} close=${l} made=${p} />`}
    ${a?.made&&n`<${es} model=${s} made=${a.made} close=${l} />`}
    ${a?.revoking&&n`<${N} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:a.revoking.name})} action=${e("revoke")} close=${l} then=${m} />`}
  `}var Xe=({created:s,used:t})=>[e("appPasswordMade",{time:y(s)}),t?e("appPasswordUsed",{time:y(t)}):e("appPasswordUnused")].join(" · ");function Ze({model:s,close:t,made:o}){let[d,a]=c(""),r=async i=>o(await s.api.post("/me/app-passwords",{...i,name:d}));return n`<${O} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} close=${t} work=${r}>
    <${P} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${d} change=${a} required maxlength="64" autocomplete="off" />
  <//>`}function es({model:s,made:t,close:o}){return n`<${A} title=${t.name} close=${o}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <${W} model=${s} label=${e("appPassword")} text=${t.password} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${o}>${e("close")}</button></div>
  <//>`}function Pe({model:s,came:t}){let[o,d]=c(null),[a,r]=c(!1),[i,l]=c(null),p=()=>s.attempt(async()=>d(await s.api.get("/me/identities")));if(b(()=>{p().then(t)},[]),!o||!o.provider&&!o.items.length)return null;let m=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${i.id}`),await p()}),u=async()=>{await s.attempt(()=>s.link.ask("logOut"))&&location.assign(`${oe}/session/oidc/leave`)};return n`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:o.provider})}</p>
    <ul class="rows">
      ${o.items.map($=>n`<li class="row" key=${$.id}>
            <span class="row-main">
              <span class="file-sign"><${H} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${$.name||$.provider}</span>
                <span class="row-note wrap">${e("identityUsed",{time:y($.used)})}</span>
              </span>
            </span>
            <span class="row-actions">
              <button
                type="button"
                class="small danger-text"
                aria-label=${`${e("unlink")}: ${$.name||$.provider}`}
                onClick=${()=>l($)}
              >
                ${e("unlink")}
              </button>
            </span>
          </li>`)}
    </ul>
    ${o.provider&&!o.items.length&&n`<div class="actions start">
        <button type="button" onClick=${()=>r(!0)}>${e("linkWith",{name:o.provider})}</button>
      </div>`}
    ${o.provider&&o.items.length>0&&n`<div class="actions start">
        <button type="button" class="danger-text" onClick=${u}>${e("leaveProvider",{name:o.provider})}</button>
      </div>`}
    ${a&&n`<${ss} model=${s} name=${o.provider} close=${()=>r(!1)} />`}
    ${i&&n`<${N} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>l(null)} then=${m} />`}
  `}function ss({model:s,name:t,close:o}){let[d,a]=c(""),[r,i]=c(""),l=C(async p=>{p.preventDefault(),i("");try{let m=await s.link.ask("token"),{url:u}=await ne("POST","/session/oidc/link",{body:{password:d},token:m,language:B()});location.assign(u)}catch(m){i(T(m))}});return n`<${A} title=${e("linkWith",{name:t})} close=${o}>
    <form onSubmit=${l}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${F} label=${e("password")} value=${d} change=${a} required autocomplete="current-password" />
      ${r&&n`<p class="problem" role="alert">${r}</p>`}
      <div class="actions">
        <button type="button" onClick=${o}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function R({model:s,codes:t,done:o}){let d=()=>o();return n`<${A} title=${e("recoveryCodes")} close=${d}>
    <${fe} model=${s} codes=${t} />
    <div class="actions"><button type="button" class="primary" onClick=${d}>${e("codesKept")}</button></div>
  <//>`}function Ce({model:s,changed:t,came:o}){let[d,a]=c(null),[r,i]=c(null),l=()=>s.attempt(async()=>a(await s.api.get("/me/passkeys")));if(b(()=>{l().then(o)},[]),!d||!d.possible&&!d.passkeys.length)return null;let p=d.possible&&Q(),m=()=>i(null),u=($=[])=>{i($.length?{Ask:R,codes:$}:null),l(),t()};return n`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${d.passkeys.map($=>n`<li class="row" key=${$.id}>
            <span class="row-main">
              <span class="file-sign"><${H} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${$.name}</span>
                <span class="row-note wrap">${ts($)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${$.name}`} onClick=${()=>i({passkey:$,Ask:as})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${$.name}`} onClick=${()=>i({passkey:$,Ask:ns})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" disabled=${!p} onClick=${()=>i({Ask:os})}>${e("addPasskey")}</button>
    </div>
    ${!p&&n`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${r&&n`<${r.Ask} model=${s} passkey=${r.passkey} codes=${r.codes} close=${m} done=${u} />`}
  `}var ts=({made:s,used:t})=>[e("passkeyMade",{time:y(s)}),t?e("passkeyUsed",{time:y(t)}):e("passkeyUnused")].join(" · ");function os({model:s,close:t,done:o}){let[d,a]=c(ae().replace("-"," · ")),r=async i=>{let{state:l,options:p}=await s.api.post("/me/passkeys/begin",i),m=await ie(p),{recoveryCodes:u}=await s.api.post("/me/passkeys",{state:l,credential:m,name:d});s.toast(e("passkeyAdded")),o(u)};return n`<${O} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} close=${t} work=${r}>
    <${P} label=${e("passkeyName")} value=${d} change=${a} required maxlength="64" autocomplete="off" />
  <//>`}function ns({model:s,passkey:t,close:o,done:d}){let a=async i=>{await s.api.post(`/me/passkeys/${t.id}/removal`,i),d()},r=e("removePasskeyQuestion",{name:t.name});return n`<${O} model=${s} title=${e("removePasskey")} text=${r} action=${e("removePasskey")} danger close=${o} work=${a} />`}function as({model:s,passkey:t,close:o,done:d}){let[a,r]=c(t.name),[i,l]=c(""),p=C(async m=>{m.preventDefault(),l("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:a}),d()}catch(u){l(T(u))}});return n`<${A} title=${e("renamePasskey")} close=${o}>
    <form onSubmit=${p}>
      <${P} label=${e("passkeyName")} value=${a} change=${r} required maxlength="64" autocomplete="off" problem=${i} />
      <div class="actions">
        <button type="button" onClick=${o}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}function Oe({model:s,turn:t,came:o}){let[d,a]=c(null),[r,i]=c(null),l=()=>s.attempt(async()=>a(await s.api.get("/me/factors")));if(b(()=>{l().then(o)},[t]),!d)return null;let p=v=>i(()=>v),m=()=>{i(null),l()},u=v=>s.attempt(async()=>{await s.api.delete(`/me/factors/devices/${v.id}`),await l()}),{factors:$,appSince:h,recoveryLeft:k,remembered:f}=d;return n`
    <h2 class="list-head">${e("secondFactor")}</h2>
    <p class="dim">${h?e("appSince",{time:y(h)}):e("secondFactorHint")}</p>
    ${$.length>0&&n`<p class=${k<3?"problem":"dim"}>${e("recoveryLeft",{count:k})}</p>`}
    <div class="actions start">
      <button type="button" onClick=${()=>p(is)}>${e(h?"setUpOtherApp":"setUpApp")}</button>
      ${$.length>0&&n`<button type="button" onClick=${()=>p(rs)}>${e("newRecoveryCodes")}</button>`}
      ${h&&n`<button type="button" class="danger-text" onClick=${()=>p(ds)}>${e("removeApp")}</button>`}
    </div>
    ${f.length>0&&n`<h3>${e("rememberedDevices")}</h3>
        <ul class="rows">
          ${f.map(v=>n`<li class="row" key=${v.id}>
                <span class="row-main">
                  <span class="file-sign"><${H} name="device" /></span>
                  <span class="row-text">
                    <span class="row-title">${v.name}</span>
                    <span class="row-note wrap">${e("rememberedUntil",{time:y(v.until)})}</span>
                  </span>
                </span>
                <span class="row-actions">
                  <button type="button" class="small danger-text" aria-label=${`${e("forgetDevice")}: ${v.name}`} onClick=${()=>u(v)}>${e("forgetDevice")}</button>
                </span>
              </li>`)}
        </ul>`}
    ${r&&n`<${r} model=${s} close=${()=>i(null)} done=${m} />`}
  `}function is({model:s,close:t,done:o}){let[d,a]=c(null),[r,i]=c(null),[l,p]=c(""),[m,u]=c(""),$=C(async h=>{h.preventDefault(),u("");try{i((await s.api.post("/me/factors/totp/confirm",{ticket:d.ticket,code:l})).codes)}catch(k){u(T(k))}});if(r)return n`<${R} model=${s} codes=${r} done=${o} />`;if(!d){let h=async k=>a(await s.api.post("/me/factors/totp",k));return n`<${O} model=${s} title=${e("setUpApp")} text=${e("setUpAppHint")} action=${e("continueOn")} close=${t} work=${h} />`}return n`<${A} title=${e("setUpApp")} close=${t}>
    <form onSubmit=${$}>
      <${$e} told=${d} />
      <${M} hint=${e("appCodeNewHint")} value=${l} change=${p} problem=${m} />
      <div class="actions">
        <button type="button" onClick=${t}>${e("cancel")}</button>
        <button class="primary">${e("setUpApp")}</button>
      </div>
    </form>
  <//>`}function rs({model:s,close:t,done:o}){let[d,a]=c(null);if(d)return n`<${R} model=${s} codes=${d} done=${o} />`;let r=async i=>a((await s.api.post("/me/factors/recovery",i)).codes);return n`<${O} model=${s} title=${e("newRecoveryCodes")} text=${e("newRecoveryCodesHint")} action=${e("newRecoveryCodes")} close=${t} work=${r} />`}function ds({model:s,close:t,done:o}){let d=async a=>{await s.api.post("/me/factors/totp/removal",a),o()};return n`<${O} model=${s} title=${e("removeApp")} text=${e("removeAppQuestion")} action=${e("removeApp")} danger close=${t} work=${d} />`}var Te={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},j=s=>s&&Object.hasOwn(Te,s)?e(Te[s]):"",xe={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},cs={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function He({what:s,outcome:t}){return t==="ok"?e(cs[s]):e(Object.hasOwn(xe,t)?xe[t]:"refusedOtherwise")}var ls=new Set(["second_factor_needed","enrolment_needed"]),K=({what:s,outcome:t})=>t!=="ok"?ls.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",ps=5e3;function Se(s){let t=(a,r)=>a?.what==="log_in"&&a.outcome==="ok"&&a.device===r.device&&a.at-r.at<ps,o=a=>s[a-1],d=a=>s[a+1];return s.map((a,r)=>d(r)?.what==="new_device"&&t(a,d(r))?{...a,what:"new_device"}:a).filter((a,r)=>a.what!=="new_device"||s[r].what!=="new_device"||!t(o(r),a))}function De({model:s,came:t}){let[o,d]=c(""),[a,r]=c(0),[i,l]=c([]),p=()=>r(m=>m+1);return n`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${Ne}
      model=${s}
      path="/me/sessions"
      version=${a}
      known=${l}
      came=${t}
      end=${({id:m})=>s.api.delete(`/me/sessions/${m}`)}
      revoke=${({id:m})=>s.api.delete(`/devices/${m}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>d("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>d("all")}>${e("endAll")}</button>
    </div>
    ${o&&n`<${us} model=${s} all=${o==="all"} sessions=${i} close=${()=>d("")} again=${p} />`}
  `}function ms({model:s,path:t,mayAct:o}){return n`
    <h2 class="list-head">${e("devices")}</h2>
    <${Ne}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${o}
      end=${({id:d})=>s.api.post(`${t}/sign-out`,{device:d})}
      revoke=${({id:d})=>s.api.delete(`${t}/devices/${d}`)}
    />
  `}function Ne({model:s,path:t,version:o=0,mayAct:d=!0,known:a=()=>{},came:r=()=>{},end:i,revoke:l}){let[p,m]=c(null),[u,$]=c(null),h=X(),k=async()=>{try{let g=await s.api.all(t);m(g),a(g)}finally{r()}},f=le(s,k,[t,o]);if(!p)return n`<${ce} model=${s} away=${f} />`;let v=p.filter(g=>g.loggedIn||g.current).sort($s),w=p.filter(g=>!v.includes(g)),{session:S,act:_,word:L}=u??{},D=()=>s.attempt(async()=>{await _(S),await k(),h.current?.focus()}),I=(g,q,Ie)=>n`<li class="row" key=${g.id}>
    <span class="row-main">
      <span class="file-sign"><${H} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${Y(g)}</span>
        <span class="row-note wrap">${fs(g)}</span>
      </span>
    </span>
    ${d&&!g.current&&n`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${q}Of`,{name:Y(g)})} onClick=${()=>$({session:g,act:Ie,word:q})}>${e(q)}</button>
      </span>`}
  </li>`;return n`
    <ul class="rows" ref=${h} tabindex="-1" aria-label=${e("sessionsHead")}>${v.map(g=>I(g,"endSession",i))}</ul>
    ${!v.length&&n`<p class="dim">${e("noSessions")}</p>`}
    ${w.length>0&&n`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:w.length})}</summary>
        <ul class="rows">${w.map(g=>I(g,"revoke",l))}</ul>
      </details>`}
    ${S&&n`<${N} title=${e(L)} text=${e(`${L}Question`,{name:Y(S)})} action=${e(L)} close=${()=>$(null)} then=${D} />`}
  `}function us({model:s,all:t,sessions:o,close:d,again:a}){let[r,i]=c(!1),[l,p]=c(!1),m=o.filter(f=>f.remembered&&(t||!f.current)),[u,$]=c([]);b(()=>{s.api.get("/me/app-passwords").then($,()=>{})},[]);let h=async f=>{if(f.preventDefault(),!!await s.attempt(async()=>{let{ended:w}=await s.api.post("/me/sessions/end",{current:t,devices:r,appPasswords:l});t||s.toast(e(w===1?"oneEnded":"ended",{count:w}))})){if(d(),!t)return a();location.hash="",await s.link.ask("forget")}},k=f=>f.length>0&&n`<small>${f.join(", ")}</small>`;return n`<${A} title=${e(t?"endAll":"endOthers")} close=${d}>
    <form onSubmit=${h}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${r} onChange=${()=>i(!r)} /><span>${e("endDevices")}${k(m.map(Y))}</span></label>
      <label class="check"><input type="checkbox" checked=${l} onChange=${()=>p(!l)} /><span>${e("endAppPasswords")}${k(u.map(({name:f})=>f))}</span></label>
      <div class="actions">
        <button type="button" onClick=${d}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var $s=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,Y=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function fs({current:s,loggedIn:t,connected:o,used:d,address:a,via:r,began:i,remembered:l}){let p=o?e("connectedNow"):d&&e("lastUsed",{time:y(d)});if(!t)return[s?e("thisDevice"):e("loggedOut"),l&&e("remembered")].filter(Boolean).join(" · ");let m=i&&e("signedInSince",{time:y(i)});return[s&&e("thisDevice"),p,a,j(r),m,l&&e("remembered")].filter(Boolean).join(" · ")}var ws={ok:"check",asked:"lock",refused:"failed"};function Be({model:s}){let t=pe(s,"/me/sign-ins"),o={...t,items:t.items&&Se(t.items)};return n`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${me} model=${s} listing=${o} icon="lock" empty=${e("noSignIns")} row=${ks} />
  `}function ks(s){let{at:t,address:o,via:d,name:a,count:r}=s,i=r>1&&e("times",{count:r});return n`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${K(s)}`}>
      <span class="file-sign"><${H} name=${ws[K(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${He(s)}</span>
        <span class="row-note wrap">${[y(t),i,j(d),o,a].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var J=[De,Oe,Ce,Ae,Pe,ge,Be];function hs({model:s}){let[t,o]=c(0),d=()=>o(m=>m+1),[a,r]=c([]),i=J.findIndex(m=>!a.includes(m)),l=s.away||s.state.elsewhere;b(()=>{l&&r(J)},[l]);let p=(m,u)=>{let $=()=>r(h=>h.includes(m)?h:[...h,m]);return n`<div class="page-section" key=${m.name} hidden=${i>=0&&u>i}>
      <${m} model=${s} turn=${t} changed=${d} came=${$} />
    </div>`};return n`<div class="page">
    <${U} title=${e("security")} back=${x("settings")} />
    <div class="page-body">${J.map(p)}</div>
  </div>`}Z({en:ke,zh:he});export{Ue as Account,Re as Bots,qe as LetDevice,hs as Security,ms as SessionsOf};
