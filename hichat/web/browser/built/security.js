import{A as X,B as Z,C as O,F as R,G as ee,H as se,I as P,K as te,Ma as ce,O as j,P as Y,Q as S,T as U,U as g,V as D,W as oe,X as ne,Z as ae,_ as ie,a as c,b as y,f as o,fa as E,g as V,ga as re,ha as de,i as x,j as _,l as B,m as z,n as e,o as w,s as A,t as L,x as K,z as J}from"./client.js";var le={byAppPassword:"with an app password",byDeviceFlow:"allowed from another device",byOidc:"by single sign-on",byPasskey:"with a passkey",byPassword:"with the password",byToken:"with a token of an administrator",connectedNow:"Connected now",devicesHint:"What you are logged in with. Log out what you do not recognise, and change your password.",endAll:"Log out everywhere",endAllQuestion:"All sessions end at once, this one too, with those of existing clients and all tokens.",endAppPasswords:"Revoke the app passwords, too",endDevices:"Forget the devices, too: they need the second step again",endOthers:"Log out everywhere else",endOthersQuestion:"All other sessions end at once, with those of existing clients and all tokens. You stay logged in here.",endSession:"Log out",endSessionOf:"Log out {name}",endSessionQuestion:"{name} is logged out, and its connections are closed. It may log in again.",ended:"{count} sessions have ended.",lastUsed:"Last used {time}",loggedOutDevices:"Logged out devices ({count})",noSessions:"No device is logged in.",oneEnded:"One session has ended.",remembered:"needs no second step",revokeOf:"Revoke {name}",sessionsHead:"Where you are logged in",signedInSince:"logged in {time}",appSince:"An app is your second factor since {time}.",continueOn:"Continue",forgetDevice:"Forget",freshLogInHint:"You have no password here: this works within five minutes after you have logged in.",newRecoveryCodes:"New recovery codes",newRecoveryCodesHint:"The codes that you have so far are void then.",recoveryLeft:"Recovery codes left: {count}",rememberedDevices:"Remembered devices",rememberedUntil:"without a second step until {time}",removeApp:"Remove the app",removeAppQuestion:"From then on a log-in does not ask for the code of the app.",secondFactor:"Second factor",secondFactorHint:"With an app on your phone nobody logs in who knows only your password. Older apps then need an app password.",setUpAppHint:"You need an app that shows codes, such as Aegis, Google Authenticator or 1Password.",setUpOtherApp:"Set up another app",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead",addAppPassword:"Make an app password",addAppPasswordHint:"For one app that can ask for nothing but a name and a password. Whoever has it reads and writes as you, but cannot change how you sign in.",appPassword:"App password",appPasswordMade:"Made {time}",appPasswordName:"Name",appPasswordNameHint:"By which you will know it, such as the app and its device.",appPasswordOnce:"Type this in the app in place of your password. It is not shown again.",appPasswordUnused:"not used yet",appPasswordUsed:"last used {time}",appPasswords:"App passwords",appPasswordsHint:"For older apps, which cannot ask for a second factor. When you set up a second factor, older apps that are logged in with your password are logged out, and log in again with an app password. Another password for your account revokes all of them.",revokeAppPassword:"Revoke app password",revokeAppPasswordQuestion:"{name} lets nobody in any more. What is logged in with it is logged out at once.",allowDevice:"Let it in",continue:"Continue",deviceAddress:"Its address",deviceAllowed:"The device is let in. You can go on there.",deviceBegan:"Since",deviceCallsItself:"It calls itself",deviceCode:"Code",deviceCodeDiffers:"This is not the code of the link that brought you here. Type the code that the device itself shows.",deviceCodeHint:"The eight letters that the device shows.",deviceNoAddress:"an address that is not known",deviceNotLet:"The device is refused.",deviceWarning:"Go on only if you have just begun to sign in at a device of your own, and have its code before you. If somebody has sent you a link or a code, refuse: whoever is let in reads and writes as you.",deviceWillBe:"It will be signed in as",letDevice:"Let a device in",refuseDevice:"Refuse",toTheChats:"To the chats",goOn:"Continue",identities:"Linked account",identitiesHint:"With an account of {name} you log in here without a password.",identityUsed:"Last used {time}",linkHint:"Show your password here. Then {name} asks you to sign in, and its account is linked to yours.",leaveProvider:"Log out here and at {name}",linkWith:"Link an account of {name}",unlink:"Unlink",unlinkQuestion:"You will not be able to log in with it any more, and your devices that came by it are logged out.",addAddress:"Add an address",emailAddress:"E-mail address",addressCode:"Code",addressCodeHint:"The six digits in the mail to {address}.",addressHint:"With a verified address you get a link when you forget the password, and a mail when a new device logs in.",addressIs:"{address}, verified {time}",addressVerified:"The address is verified.",changeAddress:"Change the address",changeAddressHint:"A code is sent to the new address. Until you have typed it, the former one stays.",noAddress:"No address is verified yet.",removeAddress:"Remove the address",removeAddressHint:"Without it nothing brings you back when you forget the password, and you get no mails.",sendCode:"Send a code",verifyAddress:"Verify",askedEnrolment:"The password was right; a second step was to be set up",askedFactor:"The password was right; the second step was asked for",brokenOff:"A log-in was broken off",loggedInAnew:"A new device logged in",newPasswordSet:"A password was set with a link",noSignIns:"Nothing in the last 90 days.",refusedCode:"Refused: a wrong code in the second step",refusedDevice:"Refused: the device was revoked",refusedDevices:"Refused: too many devices",refusedDisabled:"Refused: the account was disabled",refusedOften:"Refused: too many tries",refusedOtherwise:"Refused",refusedPassword:"Refused: a wrong password",refusedTicket:"Refused: the second step came too late",refusedV1:"Refused: this client needs an app password",signInsHead:"Log-ins of the last 90 days",signInsHint:"Who came in with your name, or tried. If it was not you, change your password.",times:"{count} times",tokenStolen:"Two parties had the key of one session: it has ended",wasLoggedIn:"Logged in",allConversations:"all conversations",botDisabled:"disabled",botNameHint:"The name of its account.",botForEver:"for ever",botNoGroups:"It is in no group. You may take it into groups that you look after.",botToken:"Token",botTokenEnded:"ended {time}",botTokenEnds:"ends {time}",botTokenFor:"Good for",botTokenNameHint:"By which you will know it, such as the program that uses it.",botTokenOnce:"Whoever has this token is the bot. It is not shown again.",botTokenOnly:"Only in these conversations (none: in all)",botTokens:"Tokens",botTokensHint:"A program uses a token in place of a password. Give each program its own.",botTokenUnused:"not used yet",botTokenUsed:"last used {time}",botWithYou:"With you",botsHint:"A bot is a program with an account of its own. Everybody sees that it is one.",deleteBot:"Delete the bot",deleteBotQuestion:"{name} is deleted for ever. What it has written stays.",makeBot:"Make a bot",makeBotToken:"Make a token",noBots:"You have no bots.",oneBotToken:"1 token",renameBot:"Rename",revokeBotToken:"Revoke the token",revokeBotTokenQuestion:"{name} is void at once, and what uses it is disconnected.",scope_manage:"manage groups",scope_read:"read and hear",scope_send:"write",scopes:"It may",someBotTokens:"{count} tokens",someDays:"{count} days",takeBotIn:"Take in",takeBotOut:"Take out"};var pe={byAppPassword:"使用应用专用密码",byDeviceFlow:"由其他设备授权",byOidc:"使用单点登录",byPasskey:"使用通行密钥",byPassword:"使用密码",byToken:"使用管理员签发的令牌",connectedNow:"当前在线",devicesHint:"这些是登录过你账号的设备。不认识的请退出，并修改密码。",endAll:"退出所有设备",endAllQuestion:"所有会话（包括当前会话、旧版客户端和全部令牌）将立即失效。",endAppPasswords:"同时撤销应用专用密码",endDevices:"同时忘记这些设备：下次登录需要再次进行第二步验证",endOthers:"退出其他所有设备",endOthersQuestion:"所有其他会话（包括旧版客户端和全部令牌）将立即失效。当前设备保持登录。",endSession:"退出",endSessionOf:"让 {name} 退出登录",endSessionQuestion:"{name} 将退出登录，其连接会被断开。之后可以再次登录。",ended:"已结束 {count} 个会话。",lastUsed:"上次使用 {time}",loggedOutDevices:"已退出的设备（{count}）",noSessions:"没有已登录的设备。",oneEnded:"已结束 1 个会话。",remembered:"无需第二步验证",revokeOf:"移除 {name}",sessionsHead:"已登录的设备",signedInSince:"登录于 {time}",appSince:"自 {time} 起，登录需要验证器应用的验证码。",continueOn:"继续",forgetDevice:"忘记",freshLogInHint:"你在此没有密码：请在登录后的五分钟内操作。",newRecoveryCodes:"新的恢复代码",newRecoveryCodesHint:"现有的恢复代码将失效。",recoveryLeft:"剩余恢复代码：{count}",rememberedDevices:"记住的设备",rememberedUntil:"{time} 前无需第二步验证",removeApp:"移除验证器应用",removeAppQuestion:"之后登录不再需要验证器应用的验证码。",secondFactor:"第二步验证",secondFactorHint:"使用手机上的验证器应用后，仅知道密码的人无法登录。旧版应用需要应用密码。",setUpAppHint:"需要一个显示验证码的应用，例如 Aegis、Google Authenticator 或 1Password。",setUpOtherApp:"改用其他验证器应用",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用需要应用专用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥",addAppPassword:"创建应用专用密码",addAppPasswordHint:"用于只能输入用户名和密码的应用。持有者可以你的身份收发消息，但不能更改你的登录方式。",appPassword:"应用专用密码",appPasswordMade:"创建于 {time}",appPasswordName:"名称",appPasswordNameHint:"便于你辨认，例如应用及其设备的名称。",appPasswordOnce:"请在应用中用它代替密码。此密码不会再次显示。",appPasswordUnused:"尚未使用",appPasswordUsed:"上次使用 {time}",appPasswords:"应用专用密码",appPasswordsHint:"用于无法进行第二步验证的旧版应用。设置第二步验证后，用密码登录的旧版应用会退出，需改用应用专用密码登录。更改账号密码会撤销所有应用专用密码。",revokeAppPassword:"撤销应用专用密码",revokeAppPasswordQuestion:"{name} 将不能再用于登录，用它登录的设备会立即退出。",allowDevice:"允许登录",continue:"继续",deviceAddress:"请求来自",deviceAllowed:"已允许该设备登录，请在设备上继续。",deviceBegan:"开始时间",deviceCallsItself:"自称",deviceCode:"验证码",deviceCodeDiffers:"这不是该链接的验证码。请输入设备上显示的验证码。",deviceCodeHint:"设备上显示的八个字母。",deviceNoAddress:"未知地址",deviceNotLet:"已拒绝该设备。",deviceWarning:"仅当你刚刚在自己的设备上开始登录，并且看到它显示的验证码时才继续。如果是别人发给你的链接或验证码，请拒绝：获准的设备将能以你的身份收发消息。",deviceWillBe:"将登录为",letDevice:"允许设备登录",refuseDevice:"拒绝",toTheChats:"返回聊天",goOn:"继续",identities:"关联账号",identitiesHint:"关联 {name} 的账号后，登录时无需密码。",identityUsed:"上次使用：{time}",linkHint:"请先输入你在本服务器的密码，然后在 {name} 登录，即可关联该账号。",leaveProvider:"在此处和 {name} 都退出登录",linkWith:"关联 {name} 的账号",unlink:"解除关联",unlinkQuestion:"解除后将不能再用它登录，通过它登录的设备会被登出。",addAddress:"添加邮箱",emailAddress:"电子邮箱",addressCode:"验证码",addressCodeHint:"发送到 {address} 的邮件中的六位数字。",addressHint:"验证邮箱后，忘记密码时可通过邮件中的链接重设，有新设备登录时也会收到邮件。",addressIs:"{address}，验证于 {time}",addressVerified:"邮箱已验证。",changeAddress:"更换邮箱",changeAddressHint:"验证码会发送到新邮箱。输入验证码之前，原邮箱保持不变。",noAddress:"尚未验证邮箱。",removeAddress:"移除邮箱",removeAddressHint:"移除后，忘记密码时将无法找回，也不会再收到邮件。",sendCode:"发送验证码",verifyAddress:"验证",askedEnrolment:"密码正确，需要先设置第二步验证",askedFactor:"密码正确，等待第二步验证",brokenOff:"登录中断",loggedInAnew:"新设备登录",newPasswordSet:"通过链接设置了密码",noSignIns:"最近 90 天没有记录。",refusedCode:"已拒绝：第二步验证码错误",refusedDevice:"已拒绝：该设备已被移除",refusedDevices:"已拒绝：设备数量过多",refusedDisabled:"已拒绝：账号已停用",refusedOften:"已拒绝：尝试次数过多",refusedOtherwise:"已拒绝",refusedPassword:"已拒绝：密码错误",refusedTicket:"已拒绝：第二步验证超时",refusedV1:"已拒绝：该客户端需要应用专用密码",signInsHead:"最近 90 天的登录",signInsHint:"以你的名义登录或尝试登录的记录。如果不是你本人，请修改密码。",times:"{count} 次",tokenStolen:"同一会话的密钥出现在两处：会话已结束",wasLoggedIn:"登录成功",allConversations:"所有会话",botDisabled:"已停用",botNameHint:"机器人账号的名称。",botForEver:"永久",botNoGroups:"它不在任何群里。你可以把它加入你管理的群。",botToken:"令牌",botTokenEnded:"已于 {time} 失效",botTokenEnds:"{time} 失效",botTokenFor:"有效期",botTokenNameHint:"便于你辨认，例如使用它的程序。",botTokenOnce:"持有此令牌者即可代表该机器人。此令牌不会再次显示。",botTokenOnly:"仅限这些会话（不选：所有会话）",botTokens:"令牌",botTokensHint:"程序用令牌代替密码。请为每个程序各建一个。",botTokenUnused:"尚未使用",botTokenUsed:"上次使用 {time}",botWithYou:"与你的会话",botsHint:"机器人是拥有自己账号的程序。所有人都能看到它是机器人。",deleteBot:"删除机器人",deleteBotQuestion:"{name} 将被永久删除，它发送过的内容会保留。",makeBot:"创建机器人",makeBotToken:"创建令牌",noBots:"你还没有机器人。",oneBotToken:"1 个令牌",renameBot:"改名",revokeBotToken:"吊销令牌",revokeBotTokenQuestion:"{name} 将立即失效，正在使用它的程序会断开连接。",scope_manage:"管理群",scope_read:"读取和接收",scope_send:"发送",scopes:"权限",someBotTokens:"{count} 个令牌",someDays:"{count} 天",takeBotIn:"加入",takeBotOut:"移出"};var xe=["send","read","manage"],He=864e5;function Se({model:s,id:t}){return t?o`<${Ne} model=${s} id=${t} />`:o`<${De} model=${s} />`}function De({model:s}){let[t,a]=c(null),[r,n]=c(!1);y(()=>{s.attempt(async()=>a(await s.api.get("/bots")))},[]);let d=i=>s.attempt(async()=>{let l=await s.api.post("/bots",i);Y("settings","bots",l.id)});return o`<div class="page">
    <${U} title=${e("bots")} back=${S("settings")} />
    <div class="page-body">
      <p class="dim">${e("botsHint")}</p>
      ${t&&!t.length&&o`<p>${e("noBots")}</p>`}
      <ul class="rows">
        ${(t??[]).map(i=>o`<li class="row" key=${i.id}>
              <a class="row-main" href=${S("settings","bots",i.id)}>
                <${te} model=${s} id=${i.id} name=${i.displayName} picture=${i.avatar} />
                <span class="row-text">
                  <span class="row-title">${i.displayName}<${j} of=${{bot:!0}} /></span>
                  <span class="row-note">${me(i)}</span>
                </span>
              </a>
            </li>`)}
      </ul>
      <div class="actions start"><button type="button" class="primary" onClick=${()=>n(!0)}>${e("makeBot")}</button></div>
      ${r&&o`<${ue} title=${e("makeBot")} action=${e("makeBot")} given=${{name:"",displayName:""}} then=${d} close=${()=>n(!1)} />`}
    </div>
  </div>`}var me=({made:s,lastUse:t,disabled:a})=>[s===1?e("oneBotToken"):e("someBotTokens",{count:s}),t?e("botTokenUsed",{time:w(t)}):e("botTokenUnused"),a&&e("botDisabled")].filter(Boolean).join(" · ");function Ne({model:s,id:t}){let[a,r]=c(null),[n,d]=c(null),i=`/bots/${t}`,l=()=>s.attempt(async()=>r(await s.api.get(i)));y(()=>{l()},[t]);let u=()=>d(null),$=m=>s.attempt(async()=>{await m(),await l()}),p=m=>$(()=>s.api.patch(i,m)),h=()=>s.attempt(async()=>{await s.api.delete(i),Y("settings","bots")}),v=m=>s.attempt(async()=>{let C=await s.api.post(`${i}/tokens`,m);d({made:C}),await l()}),f=o`<${U} title=${a?.displayName??e("bots")} back=${S("settings","bots")} stays />`;return a?o`<div class="page">
    ${f}
    <div class="page-body">
      <${ce} quiet is="PictureField" model=${s} id=${t} name=${a.displayName} value=${a.avatar} change=${m=>p({avatar:m})} />
      <p class="dim">${a.name}<${j} of=${{bot:!0}} /> · ${me(a)}</p>
      <div class="actions start">
        <a class="button" href=${S("chats",`user-${t}`)}>${e("message")}</a>
        <button type="button" onClick=${()=>d({naming:!0})}>${e("renameBot")}</button>
        <button type="button" class="danger-text" onClick=${()=>d({removing:!0})}>${e("deleteBot")}</button>
      </div>
      <h2 class="list-head">${e("botTokens")}</h2>
      <p class="dim">${e("botTokensHint")}</p>
      <ul class="rows">
        ${a.passes.map(m=>o`<li class="row" key=${m.id}>
              <span class="row-main">
                <span class="row-text">
                  <span class="row-title">${m.name}</span>
                  <span class="row-note wrap">${Be(s,m)}</span>
                </span>
              </span>
              <span class="row-actions">
                <button type="button" class="small danger-text" aria-label=${`${e("revokeBotToken")}: ${m.name}`} onClick=${()=>d({revoking:m})}>${e("revoke")}</button>
              </span>
            </li>`)}
      </ul>
      <div class="actions start"><button type="button" onClick=${()=>d({making:!0})}>${e("makeBotToken")}</button></div>
      <${Ie} model=${s} bot=${a} act=${$} />
    </div>
    ${n?.naming&&o`<${ue} title=${e("renameBot")} action=${e("save")} given=${a} then=${m=>p(m).then(u)} close=${u} />`}
    ${n?.making&&o`<${Ue} model=${s} bot=${a} then=${v} close=${u} />`}
    ${n?.made&&o`<${Fe} model=${s} made=${n.made} close=${u} />`}
    ${n?.revoking&&o`<${D} title=${e("revokeBotToken")} text=${e("revokeBotTokenQuestion",{name:n.revoking.name})} action=${e("revoke")} close=${u}
        then=${()=>$(()=>s.api.delete(`${i}/tokens/${n.revoking.id}`))} />`}
    ${n?.removing&&o`<${D} title=${e("deleteBot")} text=${e("deleteBotQuestion",{name:a.displayName})} action=${e("deleteBot")} close=${u} then=${h} />`}
  </div>`:o`<div class="page">${f}</div>`}var Be=(s,{scopes:t,conversations:a,ends:r,used:n})=>[t.map(d=>e(`scope_${d}`)).join(", "),a?a.map(d=>s.titleOf(s.conversation(d))||d).join(", "):e("allConversations"),n?e("botTokenUsed",{time:w(n)}):e("botTokenUnused"),r&&e(r>s.now()?"botTokenEnds":"botTokenEnded",{time:w(r)})].filter(Boolean).join(" · ");function Ie({model:s,bot:t,act:a}){let r=new Set(t.groups.map(i=>i.id)),n=s.lists.get("groups").filter(({id:i,you:l})=>!r.has(i)&&["owner","admin"].includes(l.role)),d=i=>`/bots/${t.id}/groups/${i.id}`;return o`
    <h2 class="list-head">${e("groups")}</h2>
    ${!r.size&&o`<p class="dim">${e("botNoGroups")}</p>`}
    <ul class="rows">
      ${t.groups.map(i=>o`<li class="row" key=${i.id}>
            <a class="row-main" href=${S("groups",i.id)}><span class="row-text"><span class="row-title">${i.name}</span></span></a>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("takeBotOut")}: ${i.name}`} onClick=${()=>a(()=>s.api.delete(d(i)))}>${e("takeBotOut")}</button>
            </span>
          </li>`)}
      ${n.map(i=>o`<li class="row" key=${i.id}>
            <span class="row-main"><span class="row-text"><span class="row-title dim">${i.name}</span></span></span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("takeBotIn")}: ${i.name}`} onClick=${()=>a(()=>s.api.put(d(i)))}>${e("takeBotIn")}</button>
            </span>
          </li>`)}
    </ul>
  `}function ue({title:s,action:t,given:a,then:r,close:n}){let[d,i]=c(a.name),[l,u]=c(a.displayName===a.name?"":a.displayName),$=P(()=>r({name:d,displayName:l}));return o`<${g} title=${s} close=${n}>
    <form onSubmit=${h=>{h.preventDefault(),$()}}>
      <${A} label=${e("name")} hint=${e("botNameHint")} value=${d} change=${i} required maxlength="64" autocomplete="off" />
      <${A} label=${e("displayName")} hint=${e("displayNameHint")} value=${l} change=${u} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${t}</button></div>
    </form>
  <//>`}function Ue({model:s,bot:t,then:a,close:r}){let[n,d]=c(""),[i,l]=c(["send","read"]),[u,$]=c("0"),[p,h]=c([]),v=(k,N)=>k.includes(N)?k.filter(T=>T!==N):[...k,N],f=P(()=>a({name:n,scopes:i,...p.length&&{conversations:p},...u!=="0"&&{ends:s.now()+Number(u)*He}})),m=k=>{k.preventDefault(),i.length&&f()},C=[{name:`user-${s.state.user}`,title:e("botWithYou")},...t.groups.map(k=>({name:`group-${k.id}`,title:k.name}))];return o`<${g} title=${e("makeBotToken")} close=${r}>
    <form onSubmit=${m}>
      <${A} label=${e("name")} hint=${e("botTokenNameHint")} value=${n} change=${d} required maxlength="64" autocomplete="off" />
      <fieldset class="choice">
        <legend>${e("scopes")}</legend>
        ${xe.map(k=>o`<label class="check" key=${k}><input type="checkbox" checked=${i.includes(k)} onChange=${()=>l(v(i,k))} />${e(`scope_${k}`)}</label>`)}
      </fieldset>
      <fieldset class="choice">
        <legend>${e("botTokenOnly")}</legend>
        ${C.map(k=>o`<label class="check" key=${k.name}><input type="checkbox" checked=${p.includes(k.name)} onChange=${()=>h(v(p,k.name))} />${k.title}</label>`)}
      </fieldset>
      <${K} label=${e("botTokenFor")} options=${{0:e("botForEver"),30:e("someDays",{count:30}),365:e("someDays",{count:365})}} value=${u} change=${$} />
      <div class="actions"><button type="submit" class="primary" disabled=${!i.length}>${e("makeBotToken")}</button></div>
    </form>
  <//>`}function Fe({model:s,made:t,close:a}){let r=()=>s.attempt(()=>navigator.clipboard.writeText(t.token),e("copied"));return o`<${g} title=${t.name} close=${a}>
    <p>${e("botTokenOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.token} aria-label=${e("botToken")} onFocus=${n=>n.currentTarget.select()} />
      <${_} icon="copy" label=${e("copy")} onClick=${r} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${a}>${e("close")}</button></div>
  <//>`}function _e({model:s,code:t}){let[a,r]=c(""),[n,d]=c(null),[i,l]=c(""),[u,$]=c(""),p=f=>s.api.post("/device/find",{userCode:f});y(()=>{t&&p(t).then(d,f=>l(O(f)))},[]);let h=P(async f=>{f.preventDefault();let m=f.submitter?.value!=="refuse";if(l(""),t&&$e(a)!==$e(t))return l(e("deviceCodeDiffers"));try{if(!n)return d(await p(a));await s.api.post("/device/answer",{userCode:a,allow:m}),$(m?"deviceAllowed":"deviceNotLet")}catch(C){l(O(C)),C.code==="no_such_user_code"&&d(null)}}),v=f=>{r(f),t||d(null)};return o`<main class="entry">
    <form class="card" onSubmit=${h}>
      <div class="brand"><span class="logo" aria-hidden="true"></span>HiChat</div>
      <h1>${e("letDevice")}</h1>
      ${u?o`<p role="status">${e(u)}</p>
              <a href=${S("chats")}>${e("toTheChats")}</a>`:o`<p class="hint">${e("deviceWarning")}</p>
              ${n&&o`<${Le} model=${s} device=${n} />`}
              <${A}
                label=${e("deviceCode")}
                hint=${e("deviceCodeHint")}
                problem=${i}
                value=${a}
                change=${v}
                required
                maxlength="16"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck=${!1}
              />
              ${n?o`<button class="primary" value="allow">${e("allowDevice")}</button>
                      <button class="danger-text" value="refuse">${e("refuseDevice")}</button>`:o`<button class="primary">${e("continue")}</button>`}
              <a href=${S("chats")}>${e("cancel")}</a>`}
    </form>
  </main>`}var $e=s=>s.replace(/[\s-]/g,"").toUpperCase();function Le({model:s,device:t}){return o`<dl class="device-facts" aria-live="polite">
    <dt>${e("deviceCallsItself")}</dt>
    <dd>${t.label||t.device}</dd>
    <dt>${e("deviceAddress")}</dt>
    <dd>${t.address||e("deviceNoAddress")}</dd>
    <dt>${e("deviceBegan")}</dt>
    <dd>${w(t.began)}</dd>
    <dt>${e("deviceWillBe")}</dt>
    <dd>${s.me?.name??""}</dd>
  </dl>`}function H({model:s,title:t,text:a,action:r,danger:n=!1,close:d,work:i,children:l}){let[u,$]=c({password:!0,factors:[]}),[p,h]=c(""),[v,f]=c("");y(()=>{s.attempt(async()=>$(await s.api.get("/me/factors")))},[]);let m=u.password?"password":["totp","recovery"].find(T=>u.factors.includes(T)),C=async T=>{f("");try{await i(await T())}catch(I){f(O(I))}},k=P(T=>(T.preventDefault(),C(()=>m?{[m]:p}:{}))),N=P(()=>C(async()=>{let{state:T,options:I}=await s.api.post("/me/passkeys/show");return{passkey:{state:T,credential:await se(I)}}}));return o`<${g} title=${t} close=${d}>
    <form onSubmit=${k}>
      <p>${a}</p>
      ${l}
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      ${m==="password"&&o`<${L} label=${e("password")} value=${p} change=${h} required autocomplete="current-password" />`}
      ${m==="totp"&&o`<${E} hint=${e("appCodeHint")} value=${p} change=${h} />`}
      ${m==="recovery"&&o`<${A} label=${e("recoveryCode")} hint=${e("recoveryCodeHint")} value=${p} change=${h} autocomplete="off" required maxlength="64" />`}
      ${!m&&u.factors.length===0&&o`<p class="dim">${e("freshLogInHint")}</p>`}
      ${v&&o`<p class="problem" role="alert">${v}</p>`}
      <div class="actions">
        <button type="button" onClick=${d}>${e("cancel")}</button>
        ${u.factors.includes("passkey")&&R()&&o`<button type="button" onClick=${N}>${e("withAnotherPasskey")}</button>`}
        ${(m||u.factors.length===0)&&o`<button class=${n?"danger":"primary"}>${r}</button>`}
      </div>
    </form>
  <//>`}function fe({model:s}){let[t,a]=c(null),[r,n]=c("");if(y(()=>{s.attempt(async()=>a(await Re(s,await s.api.get("/me/email"))))},[]),!t||!(t.sent||t.address))return null;let d=()=>n(""),i=l=>{a(l),d()};return o`
    <h2 class="list-head">${e("emailAddress")}</h2>
    <p class="dim">${e("addressHint")}</p>
    <p>${t.address?e("addressIs",{address:t.address,time:w(t.verified)}):e("noAddress")}</p>
    ${t.sent&&t.claimed&&o`<${Qe} key=${t.claimed} model=${s} own=${t} done=${i} />`}
    <div class="actions start">
      ${t.address&&o`<button type="button" class="danger-text" onClick=${()=>n("remove")}>${e("removeAddress")}</button>`}
      ${t.sent&&o`<button type="button" onClick=${()=>n("change")}>${e(t.address?"changeAddress":"addAddress")}</button>`}
    </div>
    ${r==="change"&&o`<${Ee} model=${s} own=${t} close=${d} done=${i} />`}
    ${r==="remove"&&o`<${We} model=${s} close=${d} done=${i} />`}
  `}var Re=(s,t)=>t.address&&t.language!==B()?s.api.patch("/me/email",{language:B()}):t;function Ee({model:s,own:t,close:a,done:r}){let[n,d]=c(t.address?"":s.me?.email??""),i=async l=>r(await s.api.put("/me/email",{...l,address:n,language:B()}));return o`<${H} model=${s} title=${e("emailAddress")} text=${e("changeAddressHint")} action=${e("sendCode")} close=${a} work=${i}>
    <${A} label=${e("emailAddress")} type="email" value=${n} change=${d} required maxlength="254" autocomplete="email" />
  <//>`}function We({model:s,close:t,done:a}){let r=async n=>a(await s.api.put("/me/email",{...n,address:""}));return o`<${H} model=${s} title=${e("removeAddress")} text=${e("removeAddressHint")} action=${e("removeAddress")} danger close=${t} work=${r} />`}function Qe({model:s,own:t,done:a}){let[r,n]=c(""),[d,i]=c(""),l=P(async u=>{u.preventDefault(),i("");try{a(await s.api.post("/me/email/verification",{code:r})),s.toast(e("addressVerified"))}catch($){i(O($))}});return o`<form onSubmit=${l}>
    <${A}
      label=${e("addressCode")}
      hint=${e("addressCodeHint",{address:t.claimed})}
      problem=${d}
      value=${r}
      change=${n}
      required
      maxlength="6"
      inputmode="numeric"
      autocomplete="one-time-code"
    />
    <div class="actions"><button class="primary">${e("verifyAddress")}</button></div>
  </form>`}function ke({model:s}){let[t,a]=c(null),[r,n]=c(null),d=()=>s.attempt(async()=>a(await s.api.get("/me/app-passwords")));if(y(()=>{d()},[]),!t)return null;let i=()=>n(null),l=$=>{n({made:$}),d()},u=()=>s.attempt(async()=>{await s.api.delete(`/me/app-passwords/${r.revoking.id}`),await d()});return o`
    <h2 class="list-head">${e("appPasswords")}</h2>
    <p class="dim">${e("appPasswordsHint")}</p>
    <ul class="rows">
      ${t.map($=>o`<li class="row" key=${$.id}>
            <span class="row-main">
              <span class="file-sign"><${x} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${$.name}</span>
                <span class="row-note wrap">${Me($)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small danger-text" aria-label=${`${e("revokeAppPassword")}: ${$.name}`} onClick=${()=>n({revoking:$})}>${e("revoke")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" onClick=${()=>n({making:!0})}>${e("addAppPassword")}</button>
    </div>
    ${r?.making&&o`<${je} model=${s} close=${i} made=${l} />`}
    ${r?.made&&o`<${Ye} model=${s} made=${r.made} close=${i} />`}
    ${r?.revoking&&o`<${D} title=${e("revokeAppPassword")} text=${e("revokeAppPasswordQuestion",{name:r.revoking.name})} action=${e("revoke")} close=${i} then=${u} />`}
  `}var Me=({created:s,used:t})=>[e("appPasswordMade",{time:w(s)}),t?e("appPasswordUsed",{time:w(t)}):e("appPasswordUnused")].join(" · ");function je({model:s,close:t,made:a}){let[r,n]=c(""),d=async i=>a(await s.api.post("/me/app-passwords",{...i,name:r}));return o`<${H} model=${s} title=${e("addAppPassword")} text=${e("addAppPasswordHint")} action=${e("addAppPassword")} close=${t} work=${d}>
    <${A} label=${e("appPasswordName")} hint=${e("appPasswordNameHint")} value=${r} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function Ye({model:s,made:t,close:a}){let r=()=>s.attempt(()=>navigator.clipboard.writeText(t.password),e("copied"));return o`<${g} title=${t.name} close=${a}>
    <p>${e("appPasswordOnce")}</p>
    <p class="app-password">
      <input readonly value=${t.password} aria-label=${e("appPassword")} onFocus=${n=>n.currentTarget.select()} />
      <${_} icon="copy" label=${e("copy")} onClick=${r} />
    </p>
    <div class="actions"><button type="button" class="primary" onClick=${a}>${e("close")}</button></div>
  <//>`}function we({model:s}){let[t,a]=c(null),[r,n]=c(!1),[d,i]=c(null),l=()=>s.attempt(async()=>a(await s.api.get("/me/identities")));if(y(()=>{l()},[]),!t||!t.provider&&!t.items.length)return null;let u=()=>s.attempt(async()=>{await s.api.delete(`/me/identities/${d.id}`),await l()}),$=async()=>{await s.attempt(()=>s.link.ask("logOut"))&&location.assign(`${J}/session/oidc/leave`)};return o`
    <h2 class="list-head">${e("identities")}</h2>
    <p class="dim">${e("identitiesHint",{name:t.provider})}</p>
    <ul class="rows">
      ${t.items.map(p=>o`<li class="row" key=${p.id}>
            <span class="row-main">
              <span class="file-sign"><${x} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${p.name||p.provider}</span>
                <span class="row-note wrap">${e("identityUsed",{time:w(p.used)})}</span>
              </span>
            </span>
            <span class="row-actions">
              <button
                type="button"
                class="small danger-text"
                aria-label=${`${e("unlink")}: ${p.name||p.provider}`}
                onClick=${()=>i(p)}
              >
                ${e("unlink")}
              </button>
            </span>
          </li>`)}
    </ul>
    ${t.provider&&!t.items.length&&o`<div class="actions start">
        <button type="button" onClick=${()=>n(!0)}>${e("linkWith",{name:t.provider})}</button>
      </div>`}
    ${t.provider&&t.items.length>0&&o`<div class="actions start">
        <button type="button" class="danger-text" onClick=${$}>${e("leaveProvider",{name:t.provider})}</button>
      </div>`}
    ${r&&o`<${qe} model=${s} name=${t.provider} close=${()=>n(!1)} />`}
    ${d&&o`<${D} title=${e("unlink")} text=${e("unlinkQuestion")} action=${e("unlink")} close=${()=>i(null)} then=${u} />`}
  `}function qe({model:s,name:t,close:a}){let[r,n]=c(""),[d,i]=c(""),l=P(async u=>{u.preventDefault(),i("");try{let $=await s.link.ask("token"),{url:p}=await X("POST","/session/oidc/link",{body:{password:r},token:$,language:B()});location.assign(p)}catch($){i(O($))}});return o`<${g} title=${e("linkWith",{name:t})} close=${a}>
    <form onSubmit=${l}>
      <p>${e("linkHint",{name:t})}</p>
      <input type="text" class="hidden" autocomplete="username" value=${s.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${L} label=${e("password")} value=${r} change=${n} required autocomplete="current-password" />
      ${d&&o`<p class="problem" role="alert">${d}</p>`}
      <div class="actions">
        <button type="button" onClick=${a}>${e("cancel")}</button>
        <button class="primary">${e("goOn")}</button>
      </div>
    </form>
  <//>`}function F({model:s,codes:t,done:a}){let r=()=>a();return o`<${g} title=${e("recoveryCodes")} close=${r}>
    <${de} model=${s} codes=${t} />
    <div class="actions"><button type="button" class="primary" onClick=${r}>${e("codesKept")}</button></div>
  <//>`}function he({model:s,changed:t}){let[a,r]=c(null),[n,d]=c(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/passkeys")));if(y(()=>{i()},[]),!a||!a.possible&&!a.passkeys.length)return null;let l=a.possible&&R(),u=()=>d(null),$=(p=[])=>{d(p.length?{Ask:F,codes:p}:null),i(),t()};return o`
    <h2 class="list-head">${e("passkeys")}</h2>
    <p class="dim">${e("passkeysHint")}</p>
    <ul class="rows">
      ${a.passkeys.map(p=>o`<li class="row" key=${p.id}>
            <span class="row-main">
              <span class="file-sign"><${x} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${p.name}</span>
                <span class="row-note wrap">${Ge(p)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${e("renamePasskey")}: ${p.name}`} onClick=${()=>d({passkey:p,Ask:Ke})}>${e("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${e("removePasskey")}: ${p.name}`} onClick=${()=>d({passkey:p,Ask:ze})}>${e("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions start">
      <button type="button" disabled=${!l} onClick=${()=>d({Ask:Ve})}>${e("addPasskey")}</button>
    </div>
    ${!l&&o`<p class="dim">${e("noPasskeysHere")}</p>`}
    ${n&&o`<${n.Ask} model=${s} passkey=${n.passkey} codes=${n.codes} close=${u} done=${$} />`}
  `}var Ge=({made:s,used:t})=>[e("passkeyMade",{time:w(s)}),t?e("passkeyUsed",{time:w(t)}):e("passkeyUnused")].join(" · ");function Ve({model:s,close:t,done:a}){let[r,n]=c(Z().replace("-"," · ")),d=async i=>{let{state:l,options:u}=await s.api.post("/me/passkeys/begin",i),$=await ee(u),{recoveryCodes:p}=await s.api.post("/me/passkeys",{state:l,credential:$,name:r});s.toast(e("passkeyAdded")),a(p)};return o`<${H} model=${s} title=${e("addPasskey")} text=${e("addPasskeyHint")} action=${e("addPasskey")} close=${t} work=${d}>
    <${A} label=${e("passkeyName")} value=${r} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function ze({model:s,passkey:t,close:a,done:r}){let n=async i=>{await s.api.post(`/me/passkeys/${t.id}/removal`,i),r()},d=e("removePasskeyQuestion",{name:t.name});return o`<${H} model=${s} title=${e("removePasskey")} text=${d} action=${e("removePasskey")} danger close=${a} work=${n} />`}function Ke({model:s,passkey:t,close:a,done:r}){let[n,d]=c(t.name),[i,l]=c(""),u=P(async $=>{$.preventDefault(),l("");try{await s.api.patch(`/me/passkeys/${t.id}`,{name:n}),r()}catch(p){l(O(p))}});return o`<${g} title=${e("renamePasskey")} close=${a}>
    <form onSubmit=${u}>
      <${A} label=${e("passkeyName")} value=${n} change=${d} required maxlength="64" autocomplete="off" problem=${i} />
      <div class="actions">
        <button type="button" onClick=${a}>${e("cancel")}</button>
        <button class="primary">${e("save")}</button>
      </div>
    </form>
  <//>`}function ve({model:s,turn:t}){let[a,r]=c(null),[n,d]=c(null),i=()=>s.attempt(async()=>r(await s.api.get("/me/factors")));if(y(()=>{i()},[t]),!a)return null;let l=m=>d(()=>m),u=()=>{d(null),i()},$=m=>s.attempt(async()=>{await s.api.delete(`/me/factors/devices/${m.id}`),await i()}),{factors:p,appSince:h,recoveryLeft:v,remembered:f}=a;return o`
    <h2 class="list-head">${e("secondFactor")}</h2>
    <p class="dim">${h?e("appSince",{time:w(h)}):e("secondFactorHint")}</p>
    ${p.length>0&&o`<p class=${v<3?"problem":"dim"}>${e("recoveryLeft",{count:v})}</p>`}
    <div class="actions start">
      <button type="button" onClick=${()=>l(Je)}>${e(h?"setUpOtherApp":"setUpApp")}</button>
      ${p.length>0&&o`<button type="button" onClick=${()=>l(Xe)}>${e("newRecoveryCodes")}</button>`}
      ${h&&o`<button type="button" class="danger-text" onClick=${()=>l(Ze)}>${e("removeApp")}</button>`}
    </div>
    ${f.length>0&&o`<h3>${e("rememberedDevices")}</h3>
        <ul class="rows">
          ${f.map(m=>o`<li class="row" key=${m.id}>
                <span class="row-main">
                  <span class="file-sign"><${x} name="device" /></span>
                  <span class="row-text">
                    <span class="row-title">${m.name}</span>
                    <span class="row-note wrap">${e("rememberedUntil",{time:w(m.until)})}</span>
                  </span>
                </span>
                <span class="row-actions">
                  <button type="button" class="small danger-text" aria-label=${`${e("forgetDevice")}: ${m.name}`} onClick=${()=>$(m)}>${e("forgetDevice")}</button>
                </span>
              </li>`)}
        </ul>`}
    ${n&&o`<${n} model=${s} close=${()=>d(null)} done=${u} />`}
  `}function Je({model:s,close:t,done:a}){let[r,n]=c(null),[d,i]=c(null),[l,u]=c(""),[$,p]=c(""),h=P(async v=>{v.preventDefault(),p("");try{i((await s.api.post("/me/factors/totp/confirm",{ticket:r.ticket,code:l})).codes)}catch(f){p(O(f))}});if(d)return o`<${F} model=${s} codes=${d} done=${a} />`;if(!r){let v=async f=>n(await s.api.post("/me/factors/totp",f));return o`<${H} model=${s} title=${e("setUpApp")} text=${e("setUpAppHint")} action=${e("continueOn")} close=${t} work=${v} />`}return o`<${g} title=${e("setUpApp")} close=${t}>
    <form onSubmit=${h}>
      <${re} told=${r} />
      <${E} hint=${e("appCodeNewHint")} value=${l} change=${u} problem=${$} />
      <div class="actions">
        <button type="button" onClick=${t}>${e("cancel")}</button>
        <button class="primary">${e("setUpApp")}</button>
      </div>
    </form>
  <//>`}function Xe({model:s,close:t,done:a}){let[r,n]=c(null);if(r)return o`<${F} model=${s} codes=${r} done=${a} />`;let d=async i=>n((await s.api.post("/me/factors/recovery",i)).codes);return o`<${H} model=${s} title=${e("newRecoveryCodes")} text=${e("newRecoveryCodesHint")} action=${e("newRecoveryCodes")} close=${t} work=${d} />`}function Ze({model:s,close:t,done:a}){let r=async n=>{await s.api.post("/me/factors/totp/removal",n),a()};return o`<${H} model=${s} title=${e("removeApp")} text=${e("removeAppQuestion")} action=${e("removeApp")} danger close=${t} work=${r} />`}var ye={password:"byPassword",app_password:"byAppPassword",oidc:"byOidc",passkey:"byPasskey",device_flow:"byDeviceFlow",token:"byToken"},W=s=>s&&Object.hasOwn(ye,s)?e(ye[s]):"",be={wrong_password:"refusedPassword",too_many_attempts:"refusedOften",disabled:"refusedDisabled",second_factor_needed:"askedFactor",enrolment_needed:"askedEnrolment",wrong_code:"refusedCode",clock_skewed:"refusedCode",bad_ticket:"refusedTicket",app_password_needed:"refusedV1",device_revoked:"refusedDevice",too_many_devices:"refusedDevices",unknown:"brokenOff"},es={log_in:"wasLoggedIn",new_device:"loggedInAnew",stolen:"tokenStolen",new_password:"newPasswordSet"};function ge({what:s,outcome:t}){return t==="ok"?e(es[s]):e(Object.hasOwn(be,t)?be[t]:"refusedOtherwise")}var ss=new Set(["second_factor_needed","enrolment_needed"]),q=({what:s,outcome:t})=>t!=="ok"?ss.has(t)?"asked":"refused":s==="stolen"?"refused":"ok",ts=5e3;function Ae(s){let t=(n,d)=>n?.what==="log_in"&&n.outcome==="ok"&&n.device===d.device&&n.at-d.at<ts,a=n=>s[n-1],r=n=>s[n+1];return s.map((n,d)=>r(d)?.what==="new_device"&&t(n,r(d))?{...n,what:"new_device"}:n).filter((n,d)=>n.what!=="new_device"||s[d].what!=="new_device"||!t(a(d),n))}function Pe({model:s}){let[t,a]=c(""),[r,n]=c(0),[d,i]=c([]),l=()=>n(u=>u+1);return o`
    <h2 class="list-head">${e("sessionsHead")}</h2>
    <p class="dim">${e("devicesHint")}</p>
    <${Ce}
      model=${s}
      path="/me/sessions"
      version=${r}
      known=${i}
      end=${({id:u})=>s.api.delete(`/me/sessions/${u}`)}
      revoke=${({id:u})=>s.api.delete(`/devices/${u}`)}
    />
    <div class="actions sessions-end">
      <button type="button" onClick=${()=>a("others")}>${e("endOthers")}</button>
      <button type="button" class="danger-text" onClick=${()=>a("all")}>${e("endAll")}</button>
    </div>
    ${t&&o`<${ns} model=${s} all=${t==="all"} sessions=${d} close=${()=>a("")} again=${l} />`}
  `}function os({model:s,path:t,mayAct:a}){return o`
    <h2 class="list-head">${e("devices")}</h2>
    <${Ce}
      model=${s}
      path=${`${t}/devices`}
      mayAct=${a}
      end=${({id:r})=>s.api.post(`${t}/sign-out`,{device:r})}
      revoke=${({id:r})=>s.api.delete(`${t}/devices/${r}`)}
    />
  `}function Ce({model:s,path:t,version:a=0,mayAct:r=!0,known:n=()=>{},end:d,revoke:i}){let[l,u]=c(null),[$,p]=c(null),h=V(),v=async()=>{let b=await s.api.all(t);u(b),n(b)},f=ne(s,v,[t,a]);if(!l)return o`<${oe} model=${s} away=${f} />`;let m=l.filter(b=>b.loggedIn||b.current).sort(as),C=l.filter(b=>!m.includes(b)),{session:k,act:N,word:T}=$??{},I=()=>s.attempt(async()=>{await N(k),await v(),h.current?.focus()}),G=(b,M,Oe)=>o`<li class="row" key=${b.id}>
    <span class="row-main">
      <span class="file-sign"><${x} name="device" /></span>
      <span class="row-text">
        <span class="row-title">${Q(b)}</span>
        <span class="row-note wrap">${is(b)}</span>
      </span>
    </span>
    ${r&&!b.current&&o`<span class="row-actions">
        <button type="button" class="small danger-text" aria-label=${e(`${M}Of`,{name:Q(b)})} onClick=${()=>p({session:b,act:Oe,word:M})}>${e(M)}</button>
      </span>`}
  </li>`;return o`
    <ul class="rows" ref=${h} tabindex="-1" aria-label=${e("sessionsHead")}>${m.map(b=>G(b,"endSession",d))}</ul>
    ${!m.length&&o`<p class="dim">${e("noSessions")}</p>`}
    ${C.length>0&&o`<details class="sessions-gone">
        <summary>${e("loggedOutDevices",{count:C.length})}</summary>
        <ul class="rows">${C.map(b=>G(b,"revoke",i))}</ul>
      </details>`}
    ${k&&o`<${D} title=${e(T)} text=${e(`${T}Question`,{name:Q(k)})} action=${e(T)} close=${()=>p(null)} then=${I} />`}
  `}function ns({model:s,all:t,sessions:a,close:r,again:n}){let[d,i]=c(!1),[l,u]=c(!1),$=a.filter(m=>m.remembered&&(t||!m.current)),[p,h]=c([]);y(()=>{s.api.get("/me/app-passwords").then(h,()=>{})},[]);let v=async m=>{if(m.preventDefault(),!!await s.attempt(async()=>{let{ended:k}=await s.api.post("/me/sessions/end",{current:t,devices:d,appPasswords:l});t||s.toast(e(k===1?"oneEnded":"ended",{count:k}))})){if(r(),!t)return n();location.hash="",await s.link.ask("forget")}},f=m=>m.length>0&&o`<small>${m.join(", ")}</small>`;return o`<${g} title=${e(t?"endAll":"endOthers")} close=${r}>
    <form onSubmit=${v}>
      <p>${e(t?"endAllQuestion":"endOthersQuestion")}</p>
      <label class="check"><input type="checkbox" checked=${d} onChange=${()=>i(!d)} /><span>${e("endDevices")}${f($.map(Q))}</span></label>
      <label class="check"><input type="checkbox" checked=${l} onChange=${()=>u(!l)} /><span>${e("endAppPasswords")}${f(p.map(({name:m})=>m))}</span></label>
      <div class="actions">
        <button type="button" onClick=${r}>${e("cancel")}</button>
        <button class="danger">${e(t?"endAll":"endOthers")}</button>
      </div>
    </form>
  <//>`}var as=(s,t)=>Number(t.current)-Number(s.current)||t.used-s.used||t.id-s.id,Q=s=>s.dialect==="v1"?`${e("v1Device")} (${s.name})`:s.name;function is({current:s,loggedIn:t,connected:a,used:r,address:n,via:d,began:i,remembered:l}){let u=a?e("connectedNow"):r&&e("lastUsed",{time:w(r)});if(!t)return[s?e("thisDevice"):e("loggedOut"),l&&e("remembered")].filter(Boolean).join(" · ");let $=i&&e("signedInSince",{time:w(i)});return[s&&e("thisDevice"),u,n,W(d),$,l&&e("remembered")].filter(Boolean).join(" · ")}var rs={ok:"check",asked:"lock",refused:"failed"};function Te({model:s}){let t=ae(s,"/me/sign-ins"),a={...t,items:t.items&&Ae(t.items)};return o`
    <h2 class="list-head">${e("signInsHead")}</h2>
    <p class="dim">${e("signInsHint")}</p>
    <${ie} model=${s} listing=${a} icon="lock" empty=${e("noSignIns")} row=${ds} />
  `}function ds(s){let{at:t,address:a,via:r,name:n,count:d}=s,i=d>1&&e("times",{count:d});return o`<li class="row" key=${`${t} ${s.what} ${s.outcome} ${s.device}`}>
    <span class=${`row-main sign-in ${q(s)}`}>
      <span class="file-sign"><${x} name=${rs[q(s)]} /></span>
      <span class="row-text">
        <span class="row-title wrap">${ge(s)}</span>
        <span class="row-note wrap">${[w(t),i,W(r),a,n].filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  </li>`}var cs=[Pe,ve,he,ke,we,fe,Te];function ls({model:s}){let[t,a]=c(0),r=()=>a(n=>n+1);return o`<div class="page">
    <${U} title=${e("security")} back=${S("settings")} />
    <div class="page-body">${cs.map(n=>o`<${n} key=${n.name} model=${s} turn=${t} changed=${r} />`)}</div>
  </div>`}z({en:le,zh:pe});export{Se as Bots,_e as LetDevice,ls as Security,os as SessionsOf};
