import{B as C,C as h,F as w,G as O,H as R,I as $,M as U,P as D,Q as b,R as M,a as c,b as N,f as a,i as f,m as H,n as s,o as u,s as v,t as I}from"./client.js";var F={devicesHint:"What you are logged in with. Revoke what you do not recognise.",addPasskey:"Add a passkey",addPasskeyHint:"Your device keeps the passkey, and asks for your finger, your face or its PIN. From then on the password alone does not let anybody in: older apps and the terminal need an app password.",noPasskeysHere:"This page cannot make passkeys: it needs https and the server's public name, and a browser that knows them.",passkeyAdded:"The passkey is added.",passkeyMade:"Made {time}",passkeyName:"Name of the passkey",passkeyUnused:"not used yet",passkeyUsed:"last used {time}",passkeys:"Passkeys",passkeysHint:"With a passkey you sign in by your finger, your face or a PIN, without the password. No other site can ask for it.",removePasskey:"Remove passkey",removePasskeyQuestion:"{name} will not let you in any more. Your device may still offer it: remove it there, too.",removePasskeyShort:"Remove",renamePasskey:"Rename passkey",renamePasskeyShort:"Rename",withAnotherPasskey:"Use a passkey instead"};var T={devicesHint:"这些是登录过你账号的设备。不认识的请移除。",addPasskey:"添加通行密钥",addPasskeyHint:"通行密钥保存在你的设备上，使用时需要指纹、面容或 PIN。添加后仅凭密码无法登录：旧版应用和终端需要应用密码。",noPasskeysHere:"此页面不能创建通行密钥：需要 https 和服务器的公开域名，以及支持通行密钥的浏览器。",passkeyAdded:"通行密钥已添加。",passkeyMade:"创建于 {time}",passkeyName:"通行密钥名称",passkeyUnused:"尚未使用",passkeyUsed:"上次使用 {time}",passkeys:"通行密钥",passkeysHint:"使用通行密钥，凭指纹、面容或 PIN 即可登录，无需密码。其他网站无法使用它。",removePasskey:"移除通行密钥",removePasskeyQuestion:"{name} 将不能再用于登录。你的设备可能仍会提示它，请在设备上一并删除。",removePasskeyShort:"移除",renamePasskey:"重命名通行密钥",renamePasskeyShort:"重命名",withAnotherPasskey:"改用通行密钥"};var Q=()=>null;var q=()=>null;var j=()=>null;function g({model:e,title:t,text:i,action:p,danger:o=!1,passkeys:n=!1,close:m,work:l,children:d}){let[r,k]=c(""),[x,S]=c(""),A=async y=>{S("");try{await l(await y())}catch(P){S(h(P))}},G=$(y=>(y.preventDefault(),A(()=>({password:r})))),J=$(()=>A(async()=>{let{state:y,options:P}=await e.api.post("/me/passkeys/show");return{passkey:{state:y,credential:await R(P)}}}));return a`<${b} title=${t} close=${m}>
    <form onSubmit=${G}>
      <p>${i}</p>
      ${d}
      <input type="text" class="hidden" autocomplete="username" value=${e.me?.name??""} readonly tabindex="-1" aria-hidden="true" />
      <${I} label=${s("password")} value=${r} change=${k} required autocomplete="current-password" />
      ${x&&a`<p class="problem" role="alert">${x}</p>`}
      <div class="actions">
        <button type="button" onClick=${m}>${s("cancel")}</button>
        ${n&&w()&&a`<button type="button" onClick=${J}>${s("withAnotherPasskey")}</button>`}
        <button class=${o?"danger":"primary"}>${p}</button>
      </div>
    </form>
  <//>`}function z({model:e}){let[t,i]=c(null),[p,o]=c(null),n=()=>e.attempt(async()=>i(await e.api.get("/me/passkeys")));if(N(()=>{n()},[]),!t||!t.possible&&!t.passkeys.length)return null;let m=t.possible&&w(),l=()=>o(null),d=()=>{l(),n()};return a`
    <h2 class="list-head">${s("passkeys")}</h2>
    <p class="dim">${s("passkeysHint")}</p>
    <ul class="rows">
      ${t.passkeys.map(r=>a`<li class="row" key=${r.id}>
            <span class="row-main">
              <span class="file-sign"><${f} name="lock" /></span>
              <span class="row-text">
                <span class="row-title">${r.name}</span>
                <span class="row-note wrap">${K(r)}</span>
              </span>
            </span>
            <span class="row-actions">
              <button type="button" class="small" aria-label=${`${s("renamePasskey")}: ${r.name}`} onClick=${()=>o({passkey:r,Ask:X})}>${s("renamePasskeyShort")}</button>
              <button type="button" class="small danger-text" aria-label=${`${s("removePasskey")}: ${r.name}`} onClick=${()=>o({passkey:r,Ask:V})}>${s("removePasskeyShort")}</button>
            </span>
          </li>`)}
    </ul>
    <div class="actions">
      <button type="button" disabled=${!m} onClick=${()=>o({Ask:L})}>${s("addPasskey")}</button>
    </div>
    ${!m&&a`<p class="dim">${s("noPasskeysHere")}</p>`}
    ${p&&a`<${p.Ask} model=${e} passkey=${p.passkey} known=${t.passkeys.length>0} close=${l} done=${d} />`}
  `}var K=({made:e,used:t})=>[s("passkeyMade",{time:u(e)}),t?s("passkeyUsed",{time:u(t)}):s("passkeyUnused")].join(" · ");function L({model:e,known:t,close:i,done:p}){let[o,n]=c(C().replace("-"," · ")),m=async l=>{let{state:d,options:r}=await e.api.post("/me/passkeys/begin",l),k=await O(r);await e.api.post("/me/passkeys",{state:d,credential:k,name:o}),e.toast(s("passkeyAdded")),p()};return a`<${g} model=${e} title=${s("addPasskey")} text=${s("addPasskeyHint")} action=${s("addPasskey")} passkeys=${t} close=${i} work=${m}>
    <${v} label=${s("passkeyName")} value=${o} change=${n} required maxlength="64" autocomplete="off" />
  <//>`}function V({model:e,passkey:t,known:i,close:p,done:o}){let n=async l=>{await e.api.post(`/me/passkeys/${t.id}/removal`,l),o()},m=s("removePasskeyQuestion",{name:t.name});return a`<${g} model=${e} title=${s("removePasskey")} text=${m} action=${s("removePasskey")} danger passkeys=${i} close=${p} work=${n} />`}function X({model:e,passkey:t,close:i,done:p}){let[o,n]=c(t.name),[m,l]=c(""),d=$(async r=>{r.preventDefault(),l("");try{await e.api.patch(`/me/passkeys/${t.id}`,{name:o}),p()}catch(k){l(h(k))}});return a`<${b} title=${s("renamePasskey")} close=${i}>
    <form onSubmit=${d}>
      <${v} label=${s("passkeyName")} value=${o} change=${n} required maxlength="64" autocomplete="off" problem=${m} />
      <div class="actions">
        <button type="button" onClick=${i}>${s("cancel")}</button>
        <button class="primary">${s("save")}</button>
      </div>
    </form>
  <//>`}var E=()=>null;function Y({model:e}){let[t,i]=c(null),p=e.lists.get("devices"),o=()=>e.attempt(async()=>{await e.api.delete(`/devices/${t.id}`),await e.lists.load("devices")});return a`
    <h2 class="list-head">${s("devices")}</h2>
    <p class="dim">${s("devicesHint")}</p>
    <ul class="rows">
        ${p.map(n=>a`<li class="row" key=${n.id}>
              <span class="row-main">
                <span class="file-sign"><${f} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${W(n)}</span>
                  <span class="row-note wrap">${Z(n)}</span>
                </span>
              </span>
              ${!n.current&&a`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>i(n)}>${s("revoke")}</button>
                </span>`}
            </li>`)}
    </ul>
    ${t&&a`<${M} title=${s("revoke")} text=${s("revokeQuestion",{name:W(t)})} action=${s("revoke")} close=${()=>i(null)} then=${o} />`}
  `}var W=e=>e.dialect==="v1"?`${s("v1Device")} (${e.name})`:e.name;function Z(e){return e.current?s("thisDevice"):e.loggedIn?[e.used&&u(e.used),e.address].filter(Boolean).join(" · "):s("loggedOut")}var B=()=>null;var _=[Y,E,z,q,j,Q,B];function ss({model:e}){return a`<div class="page">
    <${D} title=${s("security")} back=${U("settings")} />
    <div class="page-body">${_.map(t=>a`<${t} key=${t.name} model=${e} />`)}</div>
  </div>`}H({en:F,zh:T});export{ss as Security};
