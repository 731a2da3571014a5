import{F as m,I as c,K as u,a as i,f as s,i as a,m as p,n as o,o as l}from"./client.js";var f={devicesHint:"What you are logged in with. Revoke what you do not recognise."};var d={devicesHint:"这些是登录过你账号的设备。不认识的请移除。"};var $=()=>null;var g=()=>null;var v=()=>null;var k=()=>null;var w=()=>null;function h({model:t}){let[e,n]=i(null),S=t.lists.get("devices"),I=()=>t.attempt(async()=>{await t.api.delete(`/devices/${e.id}`),await t.lists.load("devices")});return s`
    <h2 class="list-head">${o("devices")}</h2>
    <p class="dim">${o("devicesHint")}</p>
    <ul class="rows">
        ${S.map(r=>s`<li class="row" key=${r.id}>
              <span class="row-main">
                <span class="file-sign"><${a} name="device" /></span>
                <span class="row-text">
                  <span class="row-title">${x(r)}</span>
                  <span class="row-note wrap">${b(r)}</span>
                </span>
              </span>
              ${!r.current&&s`<span class="row-actions">
                  <button type="button" class="small danger-text" onClick=${()=>n(r)}>${o("revoke")}</button>
                </span>`}
            </li>`)}
    </ul>
    ${e&&s`<${u} title=${o("revoke")} text=${o("revokeQuestion",{name:x(e)})} action=${o("revoke")} close=${()=>n(null)} then=${I} />`}
  `}var x=t=>t.dialect==="v1"?`${o("v1Device")} (${t.name})`:t.name;function b(t){return t.current?o("thisDevice"):t.loggedIn?[t.used&&l(t.used),t.address].filter(Boolean).join(" · "):o("loggedOut")}var y=()=>null;var O=[h,w,k,g,v,$,y];function P({model:t}){return s`<div class="page">
    <${c} title=${o("security")} back=${m("settings")} />
    <div class="page-body">${O.map(e=>s`<${e} key=${e.name} model=${t} />`)}</div>
  </div>`}p({en:f,zh:d});export{P as Security};
