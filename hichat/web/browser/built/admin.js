import{A as g,B as L,C as l,D as Q,F as c,G as w,H as x,I as _,K as E,L as R,a as p,b as N,d as A,f as r,i as v,m as B,n as o,o as f,s as I,y as P}from"./client.js";var M={adminFindPeople:"Find people",adminPeople:"People",adminReport:"Report",adminReports:"Reports",isDisabled:"disabled",noBio:"No text in the profile",noReports:"There are no reports here.",notForYou:"Your role does not let you see this.",notThereAnyMore:"not there any more",privateChat:"private chat",reportAbout:"Who is reported",reportBoth:"Message taken back, author disabled",reportClosed:"Closed",reportDisable:"Disable the person",reportDisabled:"Person disabled",reportDisableQuestion:"The person is logged out everywhere and cannot log in any more.",reportDismiss:"Dismiss",reportDismissed:"Dismissed",reportDoBoth:"Do both",reportDoBothQuestion:"The message is removed for everybody, and its author cannot log in any more.",reportDone:"The report is closed",reportedBy:"Reported by",reportNote:"Note",reportNoteFor:"Note for other moderators",reportOfPerson:"This person was reported, and no message",reportOutcome:"Outcome",reportRecall:"Take the message back",reportRecalled:"Message taken back",reportRecallQuestion:"The message is removed for everybody in its chat.",reportSays:"What the reporter says",reportsClosed:"Closed",reportsOpen:"Open",reportState:"Reports",reportTime:"Reported"};var q={adminFindPeople:"查找用户",adminPeople:"用户",adminReport:"举报",adminReports:"举报",isDisabled:"已停用",noBio:"资料中没有文字",noReports:"这里没有举报。",notForYou:"你的角色无权查看此处。",notThereAnyMore:"已不存在",privateChat:"私聊",reportAbout:"被举报人",reportBoth:"消息已撤回，作者已停用",reportClosed:"处理时间",reportDisable:"停用此人",reportDisabled:"此人已停用",reportDisableQuestion:"此人将在所有设备上退出，且无法再登录。",reportDismiss:"不予处理",reportDismissed:"不予处理",reportDoBoth:"两者都做",reportDoBothQuestion:"消息将对所有人移除，其作者无法再登录。",reportDone:"举报已处理",reportedBy:"举报人",reportNote:"备注",reportNoteFor:"给其他管理员的备注",reportOfPerson:"举报的是此人，不是消息",reportOutcome:"处理结果",reportRecall:"撤回消息",reportRecalled:"消息已撤回",reportRecallQuestion:"消息将对聊天中的所有人移除。",reportSays:"举报说明",reportsClosed:"已处理",reportsOpen:"未处理",reportState:"举报",reportTime:"举报时间"};var Z=250,ee=50;function Y(e){let[t,s]=p(e);return N(()=>{let i=setTimeout(()=>s(e),Z);return()=>clearTimeout(i)},[e]),t}function k(e,t,s={}){let i=Object.entries(s).filter(([,u])=>u!==void 0&&u!==""),n=`${t}?${new URLSearchParams([...i.map(([u,T])=>[u,String(T)]),["limit",String(ee)]])}`,[a,d]=p(null),[m,h]=p(0),b=A("");b.current=`${n} ${m}`;let $=async(u,T)=>{let X=b.current,F=await e.api.get(u);X===b.current&&d({base:n,items:[...T,...F.items],next:F.next})},K=x(e,()=>$(n,[]),[n,m]),y=a?.base===n?a:null,O=y?.next,V=y&&O?()=>$(`${n}&cursor=${encodeURIComponent(O)}`,y.items):null;return{items:y?.items??null,more:V,again:()=>h(u=>u+1),away:K}}function D({model:e,listing:t,row:s,icon:i,empty:n}){let{items:a,more:d,away:m}=t;return a?a.length?r`
    <ul class="rows">${a.map(s)}</ul>
    ${d&&r`<${_} key=${a.length} load=${d} />`}
  `:r`<div role="status"><${g} icon=${i} text=${n} /></div>`:r`<${w} model=${e} away=${m} />`}function H({label:e,value:t,change:s}){return r`<form class="filter" role="search" onSubmit=${i=>i.preventDefault()}>
    <${v} name="search" />
    <input
      type="search"
      value=${t}
      maxlength="64"
      autocomplete="off"
      placeholder=${e}
      aria-label=${e}
      onInput=${i=>s(i.currentTarget.value)}
    />
  </form>`}function U({label:e,options:t,value:s,change:i}){return r`<label class="select">
    <span>${e}</span>
    <select value=${s} onChange=${n=>i(n.currentTarget.value)}>
      ${Object.entries(t).map(([n,a])=>r`<option key=${n} value=${n} selected=${n===s}>${a}</option>`)}
    </select>
  </label>`}function j({facts:e}){return r`<dl class="facts">
    ${e.filter(([,t])=>t!==void 0&&t!==""&&t!==null).map(([t,s])=>r`<div key=${t}><dt>${t}</dt><dd>${s}</dd></div>`)}
  </dl>`}function z({model:e}){let[t,s]=p(""),i=k(e,"/users",{text:Y(t).trim()});return r`<div class="page">
    <${c} title=${o("adminPeople")} back=${l("admin")} />
    <div class="page-body">
      <${H} label=${o("adminFindPeople")} value=${t} change=${s} />
      <${D}
        model=${e}
        listing=${i}
        icon="search"
        empty=${o("nobodyFound")}
        row=${n=>r`<${Q} key=${n.id} model=${e} person=${n} note=${n.name} />`}
      />
    </div>
  </div>`}function W(e,t){let[s,i]=p(null),[n,a]=p(0),m=x(e,async()=>{t&&i(await e.api.get(t))},[t,n]);return{found:s,away:m,again:()=>a(h=>h+1),set:i}}var te="1000";function G({model:e,more:t}){return t?r`<${se} model=${e} id=${t} />`:r`<${oe} model=${e} />`}var C=e=>e?.name?`${e.displayName} (${e.name})`:o("deletedAccount"),J=()=>({dismissed:o("reportDismissed"),recalled:o("reportRecalled"),disabled:o("reportDisabled"),recalled_and_disabled:o("reportBoth")});function oe({model:e}){let[t,s]=p("open"),i=k(e,"/admin/reports",{state:t});return r`<div class="page">
    <${c} title=${o("adminReports")} back=${l("admin")} />
    <div class="page-body">
      <div class="filters">
        <${U} label=${o("reportState")} options=${{open:o("reportsOpen"),closed:o("reportsClosed")}} value=${t} change=${s} />
      </div>
      <${D} model=${e} listing=${i} icon="flag" empty=${o("noReports")} row=${re} />
    </div>
  </div>`}function re(e){let t=e.message?e.message.text||e.message.files.join(", "):o("reportOfPerson");return r`<li key=${e.id} class="row">
    <a class="row-main" href=${l("admin","reports",e.id)}>
      <span class="row-text">
        <span class="row-title">${e.about.displayName??o("deletedAccount")}: ${P()[e.reason]}</span>
        <span class="row-note" dir="auto">${t}</span>
        <span class="row-note">${e.closed?`${J()[e.outcome]} · ${f(e.closed)}`:f(e.time)}</span>
      </span>
    </a>
  </li>`}function se({model:e,id:t}){let{found:s,away:i}=W(e,`/admin/reports/${encodeURIComponent(t)}`);return r`<div class="page">
    <${c} title=${o("adminReport")} back=${l("admin","reports")} stays />
    <div class="page-body">
      ${s?r`<${ie} found=${s} />`:r`<${w} model=${e} away=${i} />`}
      ${s&&!s.closed&&r`<${ne} model=${e} found=${s} />`}
    </div>
  </div>`}function ie({found:e}){let{message:t,profile:s}=e,i=t&&(t.group?`${o("group")}: ${t.groupName}`:t.user?o("privateChat"):o("announcements"));return r`
    ${t&&r`<figure class="reported">
        <blockquote dir="auto">${t.text}</blockquote>
        ${t.files.length>0&&r`<ul>${t.files.map((n,a)=>r`<li key=${a} dir="auto">${n}</li>`)}</ul>`}
        <figcaption>${t.name} · ${f(t.time)} · ${i}${t.recalled?` · ${o("notThereAnyMore")}`:""}</figcaption>
      </figure>`}
    ${s&&r`<figure class="reported"><blockquote dir="auto">${s.bio||o("noBio")}</blockquote><figcaption>${s.displayName} (${s.name})</figcaption></figure>`}
    <${j}
      facts=${[[o("reportReason"),P()[e.reason]],[o("reportSays"),e.text],[o("reportAbout"),`${C(e.about)}${e.about.disabled?` · ${o("isDisabled")}`:""}`],[o("reportedBy"),C(e.reporter)],[o("reportTime"),f(e.time)],[o("reportClosed"),e.closed&&`${f(e.closed)} · ${C(e.closedBy)}`],[o("reportOutcome"),e.outcome&&J()[e.outcome]],[o("reportNote"),e.note]]}
    />
  `}function ne({model:e,found:t}){let[s,i]=p(""),[n,a]=p(""),d=$=>e.attempt(async()=>{await e.api.post(`/admin/reports/${t.id}/close`,{outcome:$,note:s.trim()}),L("admin","reports")},o("reportDone")),m={recalled:o("reportRecall"),disabled:o("reportDisable"),recalled_and_disabled:o("reportDoBoth")},h={recalled:o("reportRecallQuestion"),disabled:o("reportDisableQuestion"),recalled_and_disabled:o("reportDoBothQuestion")},b=t.message?["recalled","disabled","recalled_and_disabled"]:["disabled"];return r`
    <${I} label=${o("reportNoteFor")} value=${s} change=${i} rows="2" maxlength=${te} />
    <div class="actions start">
      <button type="button" onClick=${()=>d("dismissed")}>${o("reportDismiss")}</button>
      ${b.map($=>r`<button type="button" key=${$} class="danger-text" onClick=${()=>a($)}>${m[$]}</button>`)}
    </div>
    ${n&&r`<${E} title=${m[n]} text=${h[n]} action=${m[n]} close=${()=>a("")} then=${()=>d(n)} />`}
  `}var S=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:z},{name:"reports",title:"adminReports",icon:"flag",least:"moderator",Page:G}];function ae({model:e,selected:t}){let s=S.filter(({least:i})=>R(e.me,i));return r`
    <${c} title=${o("administration")} back=${l("settings")} stays />
    ${e.me&&!s.length&&r`<${g} icon="lock" text=${o("notForYou")} />`}
    <ul class="rows">
      ${s.map(({name:i,title:n,icon:a})=>r`<li key=${i} class=${t===i?"row selected":"row"}>
            <a class="row-main setting" href=${l("admin",i)} aria-current=${t===i?"page":void 0}>
              <${v} name=${a} />${o(n)}
            </a>
          </li>`)}
    </ul>
  `}function pe({model:e,name:t,more:s}){let i=S.find(n=>n.name===t);return e.me?i&&R(e.me,i.least)?r`<${i.Page} model=${e} more=${s} />`:r`<div class="page">
    <${c} title=${o("administration")} back=${l("admin")} />
    <${g} icon="lock" text=${o("notForYou")} />
  </div>`:r`<div class="spinner" role="status"><span class="hidden">${o("loading")}</span></div>`}B({en:M,zh:q});export{ae as Administration,pe as Section};
