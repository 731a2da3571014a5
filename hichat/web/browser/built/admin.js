import{A as z,B as I,C as $,D as Z,E as ee,F as v,G as _,H as D,I as x,J as te,K as j,L as ne,M as H,N as U,O as ae,Q as L,R as be,S as he,a as m,b as K,d as pe,f as o,i as F,j as J,m as $e,n as e,o as f,q as ue,r as E,s as O,u as ge,v as fe,w as ve,x as V,y as ie,z as X}from"./client.js";var ye={accountsHead:"New accounts",addressHead:"Address",adminActive:"Active",adminAny:"Any",adminArchive:"Archive",adminArchived:"Archived",adminArchiveQuestion:"Everybody in {name} can still read it, and nobody can write. You can take that back.",adminAudit:"Audit log",adminByLink:"The person sets the password with a link",adminCreated:"Made",adminDelete:"Delete the account",adminDeleted:"The account is deleted",adminDeleteQuestion:"{name} will be deleted for ever, with profile, contacts and memberships. This cannot be undone.",adminDevices:"Devices",adminDisable:"Disable",adminDisabled:"Disabled",adminDisableQuestion:"{name} is logged out everywhere and cannot log in until you enable the account.",adminDissolved:"The group is dissolved",adminEnable:"Enable",adminExport:"Export the data",adminExportComes:"Your browser saves the data now.",adminExportQuestion:"A ZIP with all that there is of {name} is saved, with every message that {name} may read. The audit log notes it.",adminFiles:"Files",adminFilesOf:"{count} ({size})",adminFindGroups:"Find groups",adminFindPeople:"Find people",adminGroupsOf:"{count}, owner of {owned}",adminIsDisabled:"This account is disabled: nobody can log in with it.",adminLastUse:"Last use",adminLink:"Link to set a password",adminLinkHint:"Give {name} this link. It is shown only now, works once, and ends {time}.",adminMade:"{name} has an account now.",adminMakeOwnerOf:"Make {name} the owner",adminMakeOwnerQuestion:"{name} becomes the owner, and the former owner an admin.",adminMakePerson:"Make an account",adminNeverUsed:"never used",adminNoDevices:"No devices",adminNoGroups:"No groups",adminOnline:"Who is online",adminOwnerLost:"Owner lost",adminOwnerLostHint:"The owner cannot log in any more: make a member the owner.",adminPeople:"People",adminPerson:"Person",adminRegistration:"Registration and invites",adminRename:"Rename",adminReport:"Report",adminReports:"Reports",adminReset:"Reset the password",adminResetQuestion:"The password of {name} is void at once, and {name} is logged out everywhere. You get a link to set another one.",adminRevokeOf:"Revoke {name}",adminRole:"Role",adminSettings:"Settings of the server",adminSignedOut:"Logged out everywhere",adminSignOut:"Log out",adminSignOutOf:"Log out {name}",adminSignOutQuestion:"{name} is logged out on all devices, and can log in again.",adminState:"State",adminStorage:"Storage and growth",adminUnarchive:"Open again",adminUnusedSeason:"Not for 90 days",adminUnusedYear:"Not for a year",adminUse:"Use",adminUsedAt:"used {time}",adminUsedMonth:"In the last 30 days",adminWorkers:"Nodes and workers",allAccounts:"All accounts",allEvents:"All entries of the log",announce:"Write to everybody",announced:"Everybody has it",announcedFile:"A file",announceQuestion:"Everybody on this server gets it.",announceSend:"Send to everybody",auditAct:"Act, as its name is written",auditLookOn:"Nothing in this part of the log.",auditSince:"Since",auditUser:"Name of a person",beganHead:"Since",byCommand:"at the command line",connectionsHead:"Connections",databaseSize:"Database",dayHead:"Day (UTC)",deviceNumber:"device {number}",disk:"Disk",diskFree:"{free} of {size} are free",eventsHead:"Entries of the log",growthHead:"The last 30 days",hostHead:"Host",indexSize:"Search index",inviteCodes:"Invite codes",inviteDays:"Days",inviteLeft:"{left} of {uses} accounts left",inviteMake:"Make an invite",inviteOfGuests:"Guests",inviteOfMembers:"Members",inviteOnce:"Copy it now: it is not shown again.",inviteRevokeQuestion:"Nobody can make an account with it any more.",inviteRole:"For",inviteUses:"Accounts",isDisabled:"disabled",lagHead:"Behind",lookAgain:"Look again",lookOn:"Look on",makersChosen:"Chosen by {name}, {time}. Without that the setting would count: {setting}.",makersClosed:"Nobody",makersInvite:"With an invite",makersLocal:"everybody from the server's own machine, others with an invite",makersOpen:"Everybody",makersReset:"Let the setting count again",makersSetting:"As HICHAT_REGISTRATION of the daemon says: {setting}.",noAnnouncements:"Nothing was announced yet.",noBio:"No text in the profile",nobodyOnline:"Nobody is online.",nobodySignedIn:"nobody signed in",nodeGone:"gone",nodesHead:"Daemons of the database",nodeSilent:"silent",nodeUp:"up",noEntries:"There are no entries.",noInvites:"There are no invites.",noReports:"There are no reports here.",notForYou:"Your role does not let you see this.",notKnownYet:"not known yet",notThereAnyMore:"not there any more",numberHead:"Number",privateChat:"private chat",reportAbout:"Who is reported",reportBoth:"Message taken back, author disabled",reportClosed:"Closed",reportDisable:"Disable the person",reportDisabled:"Person disabled",reportDisableQuestion:"The person is logged out everywhere and cannot log in any more.",reportDismiss:"Dismiss",reportDismissed:"Dismissed",reportDoBoth:"Do both",reportDoBothQuestion:"The message is removed for everybody, and its author cannot log in any more.",reportDone:"The report is closed",reportedBy:"Reported by",reportNote:"Note",reportNoteFor:"Note for other moderators",reportOfPerson:"This person was reported, and no message",reportOutcome:"Outcome",reportRecall:"Take the message back",reportRecalled:"Message taken back",reportRecallQuestion:"The message is removed for everybody in its chat.",reportSays:"What the reporter says",reportsClosed:"Closed",reportsOpen:"Open",reportState:"Reports",reportTime:"Reported",role_administrator:"Administrator",role_guest:"Guest",role_member:"Member",role_moderator:"Moderator",role_owner:"Owner of the server",settingDefault:"default",settingEmpty:"(empty)",settingFrom:"set by: {source}",settingSecret:"(secret)",settingsHint:"As the daemon that answers was started with. They are changed where they are set, and count when it starts.",since:"since {time}",stateHead:"State",uploadsOf:"{count} files, {size}",uploadsSize:"Uploads",usersHead:"People",versionHead:"Version",whoRegisters:"Who may make an account",workerHead:"Worker"};var we={accountsHead:"新账号",addressHead:"地址",adminActive:"正常",adminAny:"全部",adminArchive:"归档",adminArchived:"已归档",adminArchiveQuestion:"{name} 的成员仍可阅读，但任何人都不能发言。之后可以取消归档。",adminAudit:"审计日志",adminByLink:"由本人通过链接设置密码",adminCreated:"创建时间",adminDelete:"删除帐号",adminDeleted:"帐号已删除",adminDeleteQuestion:"{name} 的资料、联系人和群成员身份将被永久删除，无法撤销。",adminDevices:"设备数",adminDisable:"停用",adminDisabled:"已停用",adminDisableQuestion:"{name} 将在所有设备上退出，重新启用前无法登录。",adminDissolved:"群已解散",adminEnable:"启用",adminExport:"导出数据",adminExportComes:"浏览器正在保存数据。",adminExportQuestion:"将保存一个 ZIP 文件，包含 {name} 的全部数据，包括 {name} 可读的所有消息。审计日志会记录此操作。",adminFiles:"文件",adminFilesOf:"{count} 个（{size}）",adminFindGroups:"查找群",adminFindPeople:"查找用户",adminGroupsOf:"{count} 个，其中 {owned} 个为群主",adminIsDisabled:"该帐号已停用，无法登录。",adminLastUse:"最近使用",adminLink:"设置密码的链接",adminLinkHint:"请把此链接交给 {name}。链接只显示这一次，只能使用一次，{time} 前有效。",adminMade:"{name} 的帐号已创建。",adminMakeOwnerOf:"让 {name} 成为群主",adminMakeOwnerQuestion:"{name} 将成为群主，原群主将成为管理员。",adminMakePerson:"创建帐号",adminNeverUsed:"从未使用",adminNoDevices:"没有设备",adminNoGroups:"没有群",adminOnline:"在线用户",adminOwnerLost:"群主缺失",adminOwnerLostHint:"群主已无法登录，请指定一名成员为群主。",adminPeople:"用户",adminPerson:"用户",adminRegistration:"注册与邀请",adminRename:"改名",adminReport:"举报",adminReports:"举报",adminReset:"重置密码",adminResetQuestion:"{name} 的密码立即失效，并在所有设备上退出。你会得到一个设置新密码的链接。",adminRevokeOf:"移除 {name}",adminRole:"角色",adminSettings:"服务器设置",adminSignedOut:"已在所有设备上退出",adminSignOut:"退出登录",adminSignOutOf:"让 {name} 退出登录",adminSignOutQuestion:"{name} 将在所有设备上退出，之后可以重新登录。",adminState:"状态",adminStorage:"存储与增长",adminUnarchive:"取消归档",adminUnusedSeason:"90 天未使用",adminUnusedYear:"一年未使用",adminUse:"使用情况",adminUsedAt:"{time} 使用过",adminUsedMonth:"最近 30 天使用过",adminWorkers:"节点与进程",allAccounts:"账号总数",allEvents:"日志记录总数",announce:"向所有人发布",announced:"已向所有人发布",announcedFile:"文件",announceQuestion:"此服务器上的所有人都会收到。",announceSend:"发送给所有人",auditAct:"操作名称",auditLookOn:"日志的这一部分没有符合的记录。",auditSince:"起始日期",auditUser:"用户名",beganHead:"启动时间",byCommand:"命令行",connectionsHead:"连接数",databaseSize:"数据库",dayHead:"日期（UTC）",deviceNumber:"设备 {number}",disk:"磁盘",diskFree:"{size} 中剩余 {free}",eventsHead:"日志记录",growthHead:"最近 30 天",hostHead:"主机",indexSize:"搜索索引",inviteCodes:"邀请码",inviteDays:"有效天数",inviteLeft:"剩余 {left}/{uses} 个账号",inviteMake:"生成邀请码",inviteOfGuests:"访客",inviteOfMembers:"成员",inviteOnce:"请立即复制：之后不再显示。",inviteRevokeQuestion:"之后无法再用它注册账号。",inviteRole:"对象",inviteUses:"账号数",isDisabled:"已停用",lagHead:"落后",lookAgain:"重新查看",lookOn:"继续查找",makersChosen:"由 {name} 于 {time} 选择。否则以设置为准：{setting}。",makersClosed:"无人",makersInvite:"凭邀请码",makersLocal:"本机任何人，其他人凭邀请码",makersOpen:"任何人",makersReset:"恢复为设置",makersSetting:"以服务的 HICHAT_REGISTRATION 为准：{setting}。",noAnnouncements:"还没有公告。",noBio:"资料中没有文字",nobodyOnline:"没有人在线。",nobodySignedIn:"未登录",nodeGone:"已离开",nodesHead:"共用数据库的服务",nodeSilent:"无响应",nodeUp:"运行中",noEntries:"没有记录。",noInvites:"没有邀请码。",noReports:"这里没有举报。",notForYou:"你的角色无权查看此处。",notKnownYet:"尚未得知",notThereAnyMore:"已不存在",numberHead:"编号",privateChat:"私聊",reportAbout:"被举报人",reportBoth:"消息已撤回，作者已停用",reportClosed:"处理时间",reportDisable:"停用此人",reportDisabled:"此人已停用",reportDisableQuestion:"此人将在所有设备上退出，且无法再登录。",reportDismiss:"不予处理",reportDismissed:"不予处理",reportDoBoth:"两者都做",reportDoBothQuestion:"消息将对所有人移除，其作者无法再登录。",reportDone:"举报已处理",reportedBy:"举报人",reportNote:"备注",reportNoteFor:"给其他管理员的备注",reportOfPerson:"举报的是此人，不是消息",reportOutcome:"处理结果",reportRecall:"撤回消息",reportRecalled:"消息已撤回",reportRecallQuestion:"消息将对聊天中的所有人移除。",reportSays:"举报说明",reportsClosed:"已处理",reportsOpen:"未处理",reportState:"举报",reportTime:"举报时间",role_administrator:"管理员",role_guest:"访客",role_member:"成员",role_moderator:"协管员",role_owner:"服务器所有者",settingDefault:"默认值",settingEmpty:"（空）",settingFrom:"来源：{source}",settingSecret:"（保密）",settingsHint:"应答的服务启动时所用的设置。请在设置处修改，重启后生效。",since:"自 {time}",stateHead:"状态",uploadsOf:"{count} 个文件，{size}",uploadsSize:"上传文件",usersHead:"用户",versionHead:"版本",whoRegisters:"谁可以注册账号",workerHead:"进程"};var Ie=250,Me=50;function B(t){let[n,a]=m(t);return K(()=>{let i=setTimeout(()=>a(t),Ie);return()=>clearTimeout(i)},[t]),n}function y(t,n,a={}){let i=Object.entries(a).filter(([,b])=>b!==void 0&&b!==""),s=`${n}?${new URLSearchParams([...i.map(([b,R])=>[b,String(R)]),["limit",String(Me)]])}`,[r,l]=m(null),[c,p]=m(0),d=pe("");d.current=`${s} ${c}`;let g=async(b,R)=>{let P=d.current,T=await t.api.get(b);P===d.current&&l({base:s,items:[...R,...T.items],next:T.next})},h=te(t,()=>g(s,[]),[s,c]),u=r?.base===s?r:null,k=u?.next,S=u&&k?()=>g(`${s}&cursor=${encodeURIComponent(k)}`,u.items):null;return{items:u?.items??null,more:S,again:()=>p(b=>b+1),away:h}}function w({model:t,listing:n,row:a,icon:i,empty:s}){let{items:r,more:l,away:c}=n;return r?r.length?o`
    <ul class="rows">${r.map(a)}</ul>
    ${l&&o`<${j} key=${r.length} load=${l} />`}
  `:o`<div role="status"><${z} icon=${i} text=${s} /></div>`:o`<${x} model=${t} away=${c} />`}function q({label:t,value:n,change:a}){return o`<form class="filter" role="search" onSubmit=${i=>i.preventDefault()}>
    <${F} name="search" />
    <input
      type="search"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${t}
      aria-label=${t}
      onInput=${i=>a(i.currentTarget.value)}
    />
  </form>`}function N({label:t,options:n,value:a,change:i}){return o`<label class="select">
    <span>${t}</span>
    <select value=${a} onChange=${s=>i(s.currentTarget.value)}>
      ${Object.entries(n).map(([s,r])=>o`<option key=${s} value=${s} selected=${s===a}>${r}</option>`)}
    </select>
  </label>`}function G({facts:t}){return o`<dl class="facts">
    ${t.filter(([,n])=>n!==void 0&&n!==""&&n!==null).map(([n,a])=>o`<div key=${n}><dt>${n}</dt><dd>${a}</dd></div>`)}
  </dl>`}function C(t,n){let[a,i]=m(null),[s,r]=m(0),c=te(t,async()=>{n&&i(await t.api.get(n))},[n,s]);return{found:a,away:c,again:()=>r(p=>p+1),set:i}}var Ue="1000";function ke({model:t,more:n}){return n?o`<${Qe} model=${t} id=${n} />`:o`<${Be} model=${t} />`}var A=t=>t?.name?`${t.displayName} (${t.name})`:e("deletedAccount"),Oe=()=>({dismissed:e("reportDismissed"),recalled:e("reportRecalled"),disabled:e("reportDisabled"),recalled_and_disabled:e("reportBoth")});function Be({model:t}){let[n,a]=m("open"),i=y(t,"/admin/reports",{state:n});return o`<div class="page">
    <${v} title=${e("adminReports")} back=${$("admin")} />
    <div class="page-body">
      <div class="filters">
        <${N} label=${e("reportState")} options=${{open:e("reportsOpen"),closed:e("reportsClosed")}} value=${n} change=${a} />
      </div>
      <${w} model=${t} listing=${i} icon="flag" empty=${e("noReports")} row=${Ge} />
    </div>
  </div>`}function Ge(t){let n=t.message?t.message.text||t.message.files.join(", "):e("reportOfPerson");return o`<li key=${t.id} class="row">
    <a class="row-main" href=${$("admin","reports",t.id)}>
      <span class="row-text">
        <span class="row-title">${t.about.displayName??e("deletedAccount")}: ${ie()[t.reason]}</span>
        <span class="row-note" dir="auto">${n}</span>
        <span class="row-note">${t.closed?`${Oe()[t.outcome]} · ${f(t.closed)}`:f(t.time)}</span>
      </span>
    </a>
  </li>`}function Qe({model:t,id:n}){let{found:a,away:i}=C(t,`/admin/reports/${encodeURIComponent(n)}`);return o`<div class="page">
    <${v} title=${e("adminReport")} back=${$("admin","reports")} stays />
    <div class="page-body">
      ${a?o`<${ze} found=${a} />`:o`<${x} model=${t} away=${i} />`}
      ${a&&!a.closed&&o`<${_e} model=${t} found=${a} />`}
    </div>
  </div>`}function ze({found:t}){let{message:n,profile:a}=t,i=n&&(n.group?`${e("group")}: ${n.groupName}`:n.user?e("privateChat"):e("announcements"));return o`
    ${n&&o`<figure class="reported">
        <blockquote dir="auto">${n.text}</blockquote>
        ${n.files.length>0&&o`<ul>${n.files.map((s,r)=>o`<li key=${r} dir="auto">${s}</li>`)}</ul>`}
        <figcaption>${n.name} · ${f(n.time)} · ${i}${n.recalled?` · ${e("notThereAnyMore")}`:""}</figcaption>
      </figure>`}
    ${a&&o`<figure class="reported"><blockquote dir="auto">${a.bio||e("noBio")}</blockquote><figcaption>${a.displayName} (${a.name})</figcaption></figure>`}
    <${G}
      facts=${[[e("reportReason"),ie()[t.reason]],[e("reportSays"),t.text],[e("reportAbout"),`${A(t.about)}${t.about.disabled?` · ${e("isDisabled")}`:""}`],[e("reportedBy"),A(t.reporter)],[e("reportTime"),f(t.time)],[e("reportClosed"),t.closed&&`${f(t.closed)} · ${A(t.closedBy)}`],[e("reportOutcome"),t.outcome&&Oe()[t.outcome]],[e("reportNote"),t.note]]}
    />
  `}function _e({model:t,found:n}){let[a,i]=m(""),[s,r]=m(""),l=g=>t.attempt(async()=>{await t.api.post(`/admin/reports/${n.id}/close`,{outcome:g,note:a.trim()}),I("admin","reports")},e("reportDone")),c={recalled:e("reportRecall"),disabled:e("reportDisable"),recalled_and_disabled:e("reportDoBoth")},p={recalled:e("reportRecallQuestion"),disabled:e("reportDisableQuestion"),recalled_and_disabled:e("reportDoBothQuestion")},d=n.message?["recalled","disabled","recalled_and_disabled"]:["disabled"];return o`
    <${O} label=${e("reportNoteFor")} value=${a} change=${i} rows="2" maxlength=${Ue} />
    <div class="actions start">
      <button type="button" onClick=${()=>l("dismissed")}>${e("reportDismiss")}</button>
      ${d.map(g=>o`<button type="button" key=${g} class="danger-text" onClick=${()=>r(g)}>${c[g]}</button>`)}
    </div>
    ${s&&o`<${D} title=${c[s]} text=${p[s]} action=${c[s]} close=${()=>r("")} then=${()=>l(s)} />`}
  `}var Ye="2000";function Se({model:t}){let[n,a]=m(""),[i,s]=m(!1),r=y(t,"/admin/announcements"),l=()=>t.attempt(async()=>{await t.api.post("/admin/announcements",{text:n.trim()}),a(""),r.again()},e("announced")),c=p=>o`<li key=${p.id} class="row">
      <span class="row-text">
        <span class="row-title wrap" dir="auto">${p.recalled?e("recalledMessage"):p.text||e("announcedFile")}</span>
        <span class="row-note">${A(p.by)} · ${f(p.time)}${p.edited?` · ${e("edited")}`:""}</span>
      </span>
    </li>`;return o`<div class="page">
    <${v} title=${e("announcements")} back=${$("admin")} />
    <div class="page-body">
      <form onSubmit=${p=>(p.preventDefault(),n.trim()&&s(!0))}>
        <${O} label=${e("announce")} value=${n} change=${a} rows="3" maxlength=${Ye} />
        <div class="actions start"><button class="primary" disabled=${!n.trim()}>${e("announceSend")}</button></div>
      </form>
      <${w} model=${t} listing=${r} icon="megaphone" empty=${e("noAnnouncements")} row=${c} />
    </div>
    ${i&&o`<${D} title=${e("announceSend")} text=${e("announceQuestion")} action=${e("announceSend")} close=${()=>s(!1)} then=${l} />`}
  </div>`}function xe({model:t}){let[n,a]=m(""),[i,s]=m(""),[r,l]=m(""),[c,p]=m(0),d=B(n).trim();K(()=>{let h=!1;return p(0),d&&t.api.get(`/users?limit=10&text=${encodeURIComponent(d)}`).then(({items:u})=>h||p(u[0]?.id??0),()=>{}),()=>h=!0},[d]);let g=y(t,"/admin/audit",{user:d?c||We:"",act:B(i).trim(),since:r?ue(r):""});return o`<div class="page">
    <${v} title=${e("adminAudit")} back=${$("admin")} />
    <div class="page-body">
      <div class="filters" role="search" aria-label=${e("adminAudit")}>
        <${O} label=${e("auditUser")} type="search" value=${n} change=${a} maxlength="64" autocomplete="off" />
        <${O} label=${e("auditAct")} type="search" value=${i} change=${s} maxlength="64" autocomplete="off" />
        <${O} label=${e("auditSince")} type="date" value=${r} change=${l} />
      </div>
      <${w} model=${t} listing=${g} icon="list" empty=${g.more?e("auditLookOn"):e("noEntries")} row=${je} />
      ${g.items?.length===0&&g.more&&o`<div class="actions start"><button type="button" onClick=${g.more}>${e("lookOn")}</button></div>`}
    </div>
  </div>`}var We=Number.MAX_SAFE_INTEGER;function je(t){let n=t.actor?A(t.actor):t.via==="command"?e("byCommand"):e("nobodySignedIn"),a=t.whose&&t.whose.id!==t.actor?.id&&`→ ${A(t.whose)}`,i=[f(t.time),t.via,t.address,t.device&&e("deviceNumber",{number:t.device}),t.group&&`${e("group")} ${t.group}`,t.count>1&&`×${t.count}`];return o`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.act}${t.outcome==="ok"?"":` (${t.outcome})`}: ${n} ${a}</span>
      <span class="row-note wrap">${i.filter(Boolean).join(" · ")}</span>
      ${t.detail&&o`<span class="row-note wrap">${t.detail}</span>`}
    </span>
  </li>`}function Ae({model:t}){let n=y(t,"/admin/online");return o`<div class="page">
    <${v} title=${e("adminOnline")} back=${$("admin")} />
    <div class="page-body">
      <div class="actions start"><button type="button" onClick=${n.again}>${e("lookAgain")}</button></div>
      <${w} model=${t} listing=${n} icon="person" empty=${e("nobodyOnline")} row=${qe} />
    </div>
  </div>`}function qe({user:t,devices:n}){return o`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title">${A(t)}</span>
      ${n.map((a,i)=>o`<span key=${i} class="row-note wrap">${[a.device?e("deviceNumber",{number:a.device}):e("v1Device"),a.address,a.since&&e("since",{time:f(a.since)})].filter(Boolean).join(" · ")}</span>`)}
    </span>
  </li>`}var Ke={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Re({model:t,more:n}){let a=Number(n);return a?o`<${Xe} key=${a} model=${t} id=${a} />`:o`<${Je} model=${t} />`}function Je({model:t}){let[n,a]=m(""),[i,s]=m(""),r=y(t,"/admin/groups",{text:B(n).trim(),state:i}),l={"":e("adminAny"),active:e("adminActive"),archived:e("adminArchived"),ownerless:e("adminOwnerLost")};return o`<div class="page">
    <${v} title=${e("groups")} back=${$("admin")} />
    <div class="page-body">
      <${q} label=${e("adminFindGroups")} value=${n} change=${a} />
      <div class="filters"><${N} label=${e("adminState")} options=${l} value=${i} change=${s} /></div>
      <${w} model=${t} listing=${r} icon="groups" empty=${e("adminNoGroups")} row=${c=>o`<${Ve} key=${c.id} model=${t} group=${c} />`} />
    </div>
  </div>`}function Ve({model:t,group:n}){let a=[e(n.size===1?"oneMember":"members",{count:n.size}),n.ownerLost&&e("adminOwnerLost"),n.archived&&e("adminArchived")];return o`<${ee} model=${t} group=${n} note=${a.filter(Boolean).join(" · ")} href=${$("admin","groups",n.id)} />`}function Xe({model:t,id:n}){let a=`/admin/groups/${n}`,{found:i,away:s,again:r}=C(t,a),[l,c]=m(""),p=o`<${v} title=${e("group")} back=${$("admin","groups")} />`;if(!i)return o`<div class="page">${p}<${x} model=${t} away=${s} /></div>`;let d=k=>t.attempt(async()=>{await k(),r()},e("saved")),g={adminArchive:()=>d(()=>t.api.put(`${a}/archived`)),dissolve:()=>t.attempt(async()=>{await t.api.delete(a),I("admin","groups")},e("adminDissolved"))},h=L(t.me,"administrator"),u=i.owner.name?i.owner.displayName:e("deletedAccount");return o`<div class="page">
    ${p}
    <div class="page-body">
      <div class="portrait">
        <${X} model=${t} id=${n} name=${i.name} picture=${i.picture} kind="group" size="large" />
        <h2>${i.name}</h2>
        ${i.description&&o`<p class="bio">${i.description}</p>`}
        ${i.archived&&o`<p class="dim" role="status">${e("groupArchived")}</p>`}
        ${i.ownerLost&&o`<p class="problem" role="status">${e(h?"adminOwnerLostHint":"adminOwnerLost")}</p>`}
      </div>
      ${h&&o`<div class="tiles">
          ${i.archived?o`<${H} icon="edit" text=${e("adminUnarchive")} act=${()=>d(()=>t.api.delete(`${a}/archived`))} />`:o`<${H} icon="archive" text=${e("adminArchive")} act=${()=>c("adminArchive")} />`}
        </div>`}
      <${G}
        facts=${[[e("owner"),o`<a href=${$("admin","people",i.owner.id)}>${u}</a>`],[e("membersTitle"),String(i.size)],[e("whoMayJoin"),e(Ke[i.joinPolicy])],[e("adminCreated"),f(i.created)],[e("adminArchived"),i.archived&&f(i.archived)],[e("adminFiles"),e("adminFilesOf",{count:i.files,size:E(i.room)})]]}
      />
      <${Ze} model=${t} path=${a} group=${i} mayGive=${h&&i.ownerLost} act=${d} />
      ${h&&o`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>c("dissolve")}><${F} name="recall" />${e("dissolve")}</button>
        </div>`}
    </div>
    ${l&&o`<${D} title=${e(l)} text=${e(`${l}Question`,{name:i.name})} action=${e(l)} close=${()=>c("")} then=${g[l]} />`}
  </div>`}function Ze({model:t,path:n,group:a,mayGive:i,act:s}){let[r,l]=m(""),[c,p]=m(null),d=y(t,`${n}/members`,{name:B(r).trim()}),g=async()=>{await s(()=>t.api.put(`${n}/owner`,{user:c.id}))&&d.again()},h=u=>o`<${Z} key=${u.id} model=${t} person=${u} note=${u.role==="member"?"":e(u.role)} href=${$("admin","people",u.id)}>
    ${i&&u.id!==a.owner.id&&o`<button type="button" class="small" aria-label=${e("adminMakeOwnerOf",{name:u.displayName})} onClick=${()=>p(u)}>${e("makeOwner")}</button>`}
  <//>`;return o`
    <h2 class="list-head">${e("membersTitle")}</h2>
    <${q} label=${e("findMembers")} value=${r} change=${l} />
    <${w} model=${t} listing=${d} icon="contacts" empty=${e("nobodyFound")} row=${h} />
    ${c&&o`<${D} title=${e("makeOwner")} text=${e("adminMakeOwnerQuestion",{name:c.displayName})} action=${e("makeOwner")} close=${()=>p(null)} then=${g} />`}
  `}var Y=t=>Object.fromEntries(t.map(n=>[n,e(`role_${n}`)]));function se(t,n){return ae(t)==="owner"||U.indexOf(n)<U.indexOf(ae(t))}var De=t=>U.filter(n=>se(t,n));function Ne({model:t,id:n}){let a=`/admin/people/${n}`,{found:i,away:s,again:r}=C(t,a),[l,c]=m(0),[p,d]=m(""),[g,h]=m(null),u=o`<${v} title=${e("adminPerson")} back=${$("admin","people")} />`;if(!i)return o`<div class="page">${u}<${x} model=${t} away=${s} /></div>`;let{api:k,me:S}=t,b=()=>d(""),R=()=>{r(),c(M=>M+1)},P=(M,Ee=e("saved"))=>t.attempt(async()=>{await M(),R()},Ee),T=L(S,"administrator"),Q=se(S,i.role),W=Q&&T,ce={adminDisable:()=>P(()=>k.put(`${a}/disabled`)),adminSignOut:()=>P(()=>k.post(`${a}/sign-out`,{}),e("adminSignedOut")),adminReset:()=>P(async()=>h(await k.post(`${a}/password`)),""),adminExport:()=>he(t,`${a}/export`,e("adminExportComes")),adminDelete:()=>t.attempt(async()=>{await k.delete(a),I("admin","people")},e("adminDeleted"))};return o`<div class="page">
    ${u}
    <div class="page-body">
      <div class="portrait">
        <${X} model=${t} id=${n} name=${i.displayName} picture=${i.avatar} size="large" />
        <h2>${i.displayName}</h2>
        ${i.disabled&&o`<p class="problem" role="status">${e("adminIsDisabled")}</p>`}
      </div>
      <div class="tiles">
        ${n!==t.state.user&&o`<${H} icon="chats" text=${e("message")} act=${()=>I("chats",`user-${n}`)} />`}
        ${W&&o`<${H} icon="edit" text=${e("adminRename")} act=${()=>d("rename")} />`}
        ${W&&o`<${H} icon="lock" text=${e("adminReset")} act=${()=>d("adminReset")} />`}
        ${L(S,"owner")&&o`<${H} icon="download" text=${e("adminExport")} act=${()=>d("adminExport")} />`}
        ${Q&&o`<${H} icon="leave" text=${e("adminSignOut")} act=${()=>d("adminSignOut")} />`}
        ${Q&&(i.disabled?o`<${H} icon="check" text=${e("adminEnable")} act=${()=>P(()=>k.delete(`${a}/disabled`))} />`:o`<${H} icon="block" text=${e("adminDisable")} act=${()=>d("adminDisable")} />`)}
      </div>
      <${G}
        facts=${[[e("loginName"),i.name],[e("adminRole"),W?null:Y([i.role])[i.role]],[e("adminCreated"),f(i.created)],[e("adminLastUse"),i.lastUse?f(i.lastUse):e("adminNeverUsed")],[e("adminDevices"),String(i.devices)],[e("groups"),e("adminGroupsOf",{count:i.groups,owned:i.owned})],[e("adminFiles"),e("adminFilesOf",{count:i.files,size:E(i.room)})]]}
      />
      ${W&&o`<${N}
          label=${e("adminRole")}
          options=${Y(U.filter(M=>M===i.role||De(S).includes(M)))}
          value=${i.role}
          change=${M=>P(()=>k.put(`${a}/role`,{role:M}))}
        />`}
      ${T&&o`<${tt} key=${l} model=${t} path=${a} mayAct=${Q} />`}
      <${nt} model=${t} path=${a} />
      ${W&&o`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>d("adminDelete")}><${F} name="recall" />${e("adminDelete")}</button>
        </div>`}
    </div>
    ${p==="rename"&&o`<${et} model=${t} path=${a} person=${i} close=${b} again=${R} />`}
    ${p in ce&&o`<${D} title=${e(p)} text=${e(`${p}Question`,{name:i.displayName})} action=${e(p)} close=${b} then=${ce[p]} />`}
    ${g&&o`<${re} model=${t} link=${g} name=${i.displayName} close=${()=>h(null)} />`}
  </div>`}function re({model:t,link:n,name:a,close:i}){let s=`${location.origin}${be}/${$("password",n.code)}`,r=()=>t.attempt(()=>navigator.clipboard.writeText(s),e("copied"));return o`<${_} title=${e("adminLink")} close=${i}>
    <p>${e("adminLinkHint",{name:a,time:f(n.expires)})}</p>
    <div class="share-address">
      <input readonly value=${s} aria-label=${e("address")} onFocus=${l=>l.currentTarget.select()} />
      <${J} icon="copy" label=${e("copy")} onClick=${r} />
    </div>
  <//>`}function et({model:t,path:n,person:a,close:i,again:s}){let[r,l]=m(a.name),[c,p]=m(a.displayName),[d,g]=m(""),h=ne(async u=>{u.preventDefault(),g("");let k=async()=>{await t.api.patch(n,{name:r,displayName:c}),t.people.again(a.id),s(),i()};await t.attempt(k,e("saved"),S=>S.code!=="offline"&&(g(V(S)),!0))});return o`<${_} title=${e("adminRename")} close=${i}>
    <form onSubmit=${h}>
      <${O} label=${e("loginName")} value=${r} change=${l} problem=${d} maxlength="64" autocomplete="off" required />
      <${O} label=${e("displayName")} value=${c} change=${p} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${e("save")}</button></div>
    </form>
  <//>`}function tt({model:t,path:n,mayAct:a}){let i=y(t,`${n}/devices`),[s,r]=m(null),l=d=>t.attempt(async()=>{await d(),i.again()},e("saved")),c=d=>d.loggedIn?[d.used&&f(d.used),d.address].filter(Boolean).join(" · "):e("loggedOut"),p=d=>o`<li class="row" key=${d.id}>
    <span class="row-main">
      <span class="file-sign"><${F} name="device" /></span>
      <span class="row-text"><span class="row-title">${d.name}</span><span class="row-note wrap">${c(d)}</span></span>
    </span>
    ${a&&o`<span class="row-actions">
        ${d.loggedIn&&o`<button type="button" class="small" aria-label=${e("adminSignOutOf",{name:d.name})} onClick=${()=>l(()=>t.api.post(`${n}/sign-out`,{device:d.id}))}>${e("adminSignOut")}</button>`}
        <button type="button" class="small danger-text" aria-label=${e("adminRevokeOf",{name:d.name})} onClick=${()=>r(d)}>${e("revoke")}</button>
      </span>`}
  </li>`;return o`
    <h2 class="list-head">${e("devices")}</h2>
    <${w} model=${t} listing=${i} icon="device" empty=${e("adminNoDevices")} row=${p} />
    ${s&&o`<${D} title=${e("revoke")} text=${e("revokeQuestion",{name:s.name})} action=${e("revoke")} close=${()=>r(null)} then=${()=>l(()=>t.api.delete(`${n}/devices/${s.id}`))} />`}
  `}function nt({model:t,path:n}){let a=y(t,`${n}/groups`),i=({role:s,size:r})=>[s!=="member"&&e(s),e(r===1?"oneMember":"members",{count:r})].filter(Boolean).join(" · ");return o`
    <h2 class="list-head">${e("groups")}</h2>
    <${w}
      model=${t}
      listing=${a}
      icon="groups"
      empty=${e("adminNoGroups")}
      row=${s=>o`<${ee} key=${s.id} model=${t} group=${s} note=${i(s)} href=${$("admin","groups",s.id)} />`}
    />
  `}var me=24*36e5;function He({model:t,more:n}){let a=Number(n);return a?o`<${Ne} key=${a} model=${t} id=${a} />`:o`<${at} model=${t} />`}var ot=()=>({"":e("adminAny"),month:e("adminUsedMonth"),season:e("adminUnusedSeason"),year:e("adminUnusedYear")});function it(t,n){let a=i=>Math.floor(n/me)*me-i*me;return t==="month"?{usedSince:a(30)}:{unusedSince:{season:a(90),year:a(365)}[t]}}function at({model:t}){let[n,a]=m(""),[i,s]=m(""),[r,l]=m(""),[c,p]=m(""),[d,g]=m(!1),h={text:B(n).trim(),role:i,state:r,...it(c,t.now())},u=y(t,"/admin/people",h),k={"":e("adminAny"),active:e("adminActive"),disabled:e("adminDisabled")};return o`<div class="page">
    <${v} title=${e("adminPeople")} back=${$("admin")}>
      ${L(t.me,"administrator")&&o`<${J} icon="plus" label=${e("adminMakePerson")} onClick=${()=>g(!0)} />`}
    <//>
    <div class="page-body">
      <${q} label=${e("adminFindPeople")} value=${n} change=${a} />
      <div class="filters">
        <${N} label=${e("adminRole")} options=${{"":e("adminAny"),...Y(U)}} value=${i} change=${s} />
        <${N} label=${e("adminState")} options=${k} value=${r} change=${l} />
        <${N} label=${e("adminUse")} options=${ot()} value=${c} change=${p} />
      </div>
      <${w}
        model=${t}
        listing=${u}
        icon="search"
        empty=${e("nobodyFound")}
        row=${S=>o`<${st} key=${S.id} model=${t} person=${S} />`}
      />
    </div>
    ${d&&o`<${rt} model=${t} close=${()=>g(!1)} />`}
  </div>`}function st({model:t,person:n}){t.people.known.get(n.id)||t.people.know({id:n.id,name:n.name,displayName:n.displayName,avatar:n.avatar});let a=[n.name!==n.displayName&&n.name,n.role!=="member"&&Y([n.role])[n.role],n.disabled&&e("isDisabled"),n.lastUse?e("adminUsedAt",{time:f(n.lastUse)}):e("adminNeverUsed")];return o`<${Z} model=${t} person=${n} note=${a.filter(Boolean).join(" · ")} href=${$("admin","people",n.id)} />`}function rt({model:t,close:n}){let[a,i]=m(""),[s,r]=m(""),[l,c]=m(""),[p,d]=m(!0),[g,h]=m({name:"",password:""}),[u,k]=m(null),S=ne(async R=>{R.preventDefault(),h({name:"",password:""});let P={name:a,displayName:s,...p?{}:{password:l}};await t.attempt(async()=>k(await t.api.post("/admin/people",P)),"",T=>{let Q=fe(T)?"password":"name";return T.code!=="offline"&&h({name:"",password:"",[Q]:V(T)}),T.code!=="offline"})}),b=()=>{n(),u&&I("admin","people",u.person.id)};return u?.link?o`<${re} model=${t} link=${u.link} name=${u.person.displayName} close=${b} />`:u?o`<${_} title=${e("adminMakePerson")} close=${b}><p role="status">${e("adminMade",{name:u.person.displayName})}</p><//>`:o`<${_} title=${e("adminMakePerson")} close=${n}>
    <form onSubmit=${S}>
      <${O} label=${e("loginName")} value=${a} change=${i} problem=${g.name} maxlength="64" autocomplete="off" required />
      <${O} label=${e("displayName")} value=${s} change=${r} maxlength="64" autocomplete="off" />
      <label class="check">
        <input type="checkbox" checked=${p} onChange=${R=>d(R.currentTarget.checked)} />
        <span>${e("adminByLink")}</span>
      </label>
      ${!p&&o`<${ge} label=${e("password")} value=${l} change=${c} problem=${g.password} />`}
      <div class="actions"><button type="submit" class="primary">${e("adminMakePerson")}</button></div>
    </form>
  <//>`}var de="/admin/registration";function Ce({model:t}){return o`<div class="page">
    <${v} title=${e("adminRegistration")} back=${$("admin")} />
    <div class="page-body">
      <${mt} model=${t} />
      <${dt} model=${t} />
    </div>
  </div>`}var Le=()=>({open:e("makersOpen"),invite:e("makersInvite"),closed:e("makersClosed")});function mt({model:t}){let{found:n,away:a,set:i}=C(t,de);if(!n)return o`<${x} model=${t} away=${a} />`;let s=c=>t.attempt(async()=>i(await t.api.put(de,{policy:c})),e("saved")),r=()=>t.attempt(async()=>i(await t.api.delete(de)),e("saved")),l={...Le(),local:e("makersLocal")};return o`
    <${ve} label=${e("whoRegisters")} options=${Le()} value=${n.policy} change=${s} />
    <p class="dim">
      ${n.chosen?e("makersChosen",{name:A(n.chosenBy),time:f(n.chosen),setting:l[n.setting]}):e("makersSetting",{setting:l[n.setting]})}
    </p>
    ${n.chosen&&o`<div class="actions start"><button type="button" onClick=${r}>${e("makersReset")}</button></div>`}
  `}function dt({model:t}){let[n,a]=m("1"),[i,s]=m("7"),[r,l]=m("member"),[c,p]=m(""),[d,g]=m(null),h=y(t,"/admin/invites"),u=b=>{b.preventDefault(),t.attempt(async()=>{let R=await t.api.post("/admin/invites",{uses:Number(n),days:Number(i),role:r});p(R.code),h.again()})},k=()=>t.attempt(async()=>{await t.api.delete(`/admin/invites/${d.id}`),h.again()}),S=b=>o`<li key=${b.id} class="row">
      <span class="row-text">
        <span class="row-title">${e("inviteLeft",{left:b.left,uses:b.uses??b.left})}</span>
        <span class="row-note wrap">${e(b.role==="guest"?"inviteOfGuests":"inviteOfMembers")} · ${e("until",{time:f(b.expires)})} · ${b.by?A(b.by):e("byCommand")}</span>
      </span>
      <span class="row-actions"><button type="button" class="small danger-text" onClick=${()=>g(b)}>${e("revoke")}</button></span>
    </li>`;return o`
    <h2 class="list-head">${e("inviteCodes")}</h2>
    <form class="filters" onSubmit=${u}>
      <${O} label=${e("inviteUses")} type="number" min="1" max="10000" required value=${n} change=${a} />
      <${O} label=${e("inviteDays")} type="number" min="1" max="366" required value=${i} change=${s} />
      <${N} label=${e("inviteRole")} options=${{member:e("inviteOfMembers"),guest:e("inviteOfGuests")}} value=${r} change=${l} />
      <button class="primary">${e("inviteMake")}</button>
    </form>
    <div role="status">
      ${c&&o`<p class="made-code"><code>${c}</code>
          <button type="button" class="small" onClick=${()=>t.attempt(()=>navigator.clipboard.writeText(c),e("copied"))}>${e("copy")}</button></p>
          <p class="dim">${e("inviteOnce")}</p>`}
    </div>
    <${w} model=${t} listing=${h} icon="invite" empty=${e("noInvites")} row=${S} />
    ${d&&o`<${D} title=${e("revoke")} text=${e("inviteRevokeQuestion")} action=${e("revoke")} close=${()=>g(null)} then=${k} />`}
  `}function Te({model:t}){let n=y(t,"/admin/settings");return o`<div class="page" tabindex="0" role="region" aria-label=${e("adminSettings")}>
    <${v} title=${e("adminSettings")} back=${$("admin")} />
    <div class="page-body">
      <p class="dim">${e("settingsHint")}</p>
      <${w} model=${t} listing=${n} icon="settings" empty=${e("noEntries")} row=${lt} />
    </div>
  </div>`}function lt(t){let n=t.secret?e("settingSecret"):t.value??e("settingEmpty");return o`<li key=${t.name} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.name} = ${n}</span>
      <span class="row-note wrap">${t.source==="default"?e("settingDefault"):e("settingFrom",{source:t.source})} · ${t.about}</span>
    </span>
  </li>`}function Pe({model:t}){let n=y(t,"/admin/workers"),a=y(t,"/admin/nodes"),i=()=>{n.again(),a.again()};return o`<div class="page">
    <${v} title=${e("adminWorkers")} back=${$("admin")} />
    <div class="page-body">
      ${!n.items&&o`<${x} model=${t} away=${n.away} />`}
      ${n.items&&o`<${le}
          name=${e("adminWorkers")}
          heads=${[e("hostHead"),e("workerHead"),e("versionHead"),e("connectionsHead"),e("usersHead"),e("lagHead"),e("beganHead")]}
          rows=${n.items.map(s=>[s.host,s.worker,s.version,s.connections,s.users,s.lag,f(s.began)])}
        />`}
      ${n.more&&o`<${j} key=${n.items?.length} load=${n.more} />`}
      <div class="actions start"><button type="button" onClick=${i}>${e("lookAgain")}</button></div>
      ${a.items?.length&&o`<h2 class="list-head">${e("nodesHead")}</h2>
          <${le}
            name=${e("nodesHead")}
            heads=${[e("numberHead"),e("stateHead"),e("addressHead"),e("versionHead"),e("connectionsHead"),e("lagHead"),e("beganHead")]}
            rows=${a.items.map(s=>[s.number,ct()[s.state],s.address,s.version,s.connections??"",s.lag??"",f(s.since)])}
          />
          ${a.more&&o`<${j} key=${a.items.length} load=${a.more} />`}`}
    </div>
  </div>`}var ct=()=>({up:e("nodeUp"),silent:e("nodeSilent"),gone:e("nodeGone")});function Fe({model:t}){let n=C(t,"/admin/storage"),a=C(t,"/admin/growth"),{found:i}=n,s=r=>r===void 0?e("notKnownYet"):E(r);return o`<div class="page">
    <${v} title=${e("adminStorage")} back=${$("admin")} />
    <div class="page-body">
      ${!(i&&a.found)&&o`<${x} model=${t} away=${n.away||a.away} />`}
      ${i&&o`<${G}
          facts=${[[e("databaseSize"),s(i.database)],[e("indexSize"),s(i.search)],[e("uploadsSize"),i.uploads===void 0?e("notKnownYet"):e("uploadsOf",{count:i.uploads,size:E(i.uploadsBytes)})],...i.disks.map(r=>[`${e("disk")} ${r.host} ${r.directory}`,e("diskFree",{free:E(r.free),size:E(r.size)})]),[e("allEvents"),a.found?.events],[e("allAccounts"),a.found?.accounts]]}
        />`}
      ${a.found&&o`<h2 class="list-head">${e("growthHead")}</h2>
          <${le} name=${e("growthHead")} heads=${[e("dayHead"),e("eventsHead"),e("accountsHead")]}
            rows=${a.found.items.toReversed().map(r=>[r.day,r.events,r.accounts])} />`}
    </div>
  </div>`}function le({name:t,heads:n,rows:a}){return o`<div class="table" tabindex="0" role="region" aria-label=${t}>
    <table>
      <thead><tr>${n.map(i=>o`<th key=${i} scope="col">${i}</th>`)}</tr></thead>
      <tbody>${a.map((i,s)=>o`<tr key=${s}>${i.map((r,l)=>o`<td key=${l} class=${typeof r=="number"?"number":void 0}>${r}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`}var oe=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:He},{name:"groups",title:"groups",icon:"groups",least:"moderator",Page:Re},{name:"reports",title:"adminReports",icon:"flag",least:"moderator",Page:ke},{name:"announcements",title:"announcements",icon:"megaphone",least:"administrator",Page:Se},{name:"registration",title:"adminRegistration",icon:"invite",least:"administrator",Page:Ce},{name:"online",title:"adminOnline",icon:"eye",least:"administrator",Page:Ae},{name:"workers",title:"adminWorkers",icon:"device",least:"administrator",Page:Pe},{name:"storage",title:"adminStorage",icon:"archive",least:"administrator",Page:Fe},{name:"audit",title:"adminAudit",icon:"list",least:"administrator",Page:xe},{name:"settings",title:"adminSettings",icon:"settings",least:"administrator",Page:Te}];function pt({model:t,selected:n}){let a=oe.filter(({least:i})=>L(t.me,i));return o`
    <${v} title=${e("administration")} back=${$("settings")} stays />
    ${t.me&&!a.length&&o`<${z} icon="lock" text=${e("notForYou")} />`}
    <ul class="rows">
      ${a.map(({name:i,title:s,icon:r})=>o`<li key=${i} class=${n===i?"row selected":"row"}>
            <a class="row-main setting" href=${$("admin",i)} aria-current=${n===i?"page":void 0}>
              <${F} name=${r} />${e(s)}
            </a>
          </li>`)}
    </ul>
  `}function $t({model:t,name:n,more:a}){let i=oe.find(s=>s.name===n);return t.me?i&&L(t.me,i.least)?o`<${i.Page} model=${t} more=${a} />`:o`<div class="page">
    <${v} title=${e("administration")} back=${$("admin")} />
    <${z} icon="lock" text=${e("notForYou")} />
  </div>`:o`<div class="spinner" role="status"><span class="hidden">${e("loading")}</span></div>`}$e({en:ye,zh:we});export{pt as Administration,$t as Section};
