import{A as Y,B as U,C as g,D as te,E as ne,F as h,G as B,H as N,I as R,J as oe,K as J,L as j,M as L,N as z,O as se,Q as E,R as ke,S as Oe,a as m,b as Z,d as fe,f as a,i as M,j as W,m as ve,n as e,o as v,q as he,r as I,s as x,u as be,v as ye,w as we,x as Q,y as ie,z as ee}from"./client.js";var Se={accountsHead:"New accounts",addressHead:"Address",adminActive:"Active",adminAny:"Any",adminArchive:"Archive",adminArchived:"Archived",adminArchiveQuestion:"Everybody in {name} can still read it, and nobody can write. You can take that back.",adminAudit:"Audit log",adminByLink:"The person sets the password with a link",adminCreated:"Made",adminDelete:"Delete the account",adminDeleted:"The account is deleted",adminDeleteQuestion:"{name} will be deleted for ever, with profile, contacts and memberships. This cannot be undone.",adminDevices:"Devices",adminDisable:"Disable",adminDisabled:"Disabled",adminDisableQuestion:"{name} is logged out everywhere and cannot log in until you enable the account.",adminDissolved:"The group is dissolved",adminEnable:"Enable",adminExport:"Export the data",adminExportComes:"Your browser saves the data now.",adminExportQuestion:"A ZIP with all that there is of {name} is saved, with every message that {name} may read. The audit log notes it.",adminFiles:"Files",adminFilesOf:"{count} ({size})",adminFindGroups:"Find groups",adminFindPeople:"Find people",adminGroupsOf:"{count}, owner of {owned}",adminIsDisabled:"This account is disabled: nobody can log in with it.",adminLastUse:"Last use",adminLink:"Link to set a password",adminLinkHint:"Give {name} this link. It is shown only now, works once, and ends {time}.",adminMade:"{name} has an account now.",adminMakeOwnerOf:"Make {name} the owner",adminMakeOwnerQuestion:"{name} becomes the owner, and the former owner an admin.",adminMakePerson:"Make an account",adminNeverUsed:"never used",adminNoDevices:"No devices",adminNoGroups:"No groups",adminOnline:"Who is online",adminOwnerLost:"Owner lost",adminOwnerLostHint:"The owner cannot log in any more: make a member the owner.",adminPeople:"People",adminPerson:"Person",adminRegistration:"Registration and invites",adminRename:"Rename",adminReport:"Report",adminReports:"Reports",adminReset:"Reset the password",adminResetQuestion:"The password of {name} is void at once, and {name} is logged out everywhere. You get a link to set another one.",adminRevokeOf:"Revoke {name}",adminRole:"Role",adminSettings:"Settings of the server",adminSignedOut:"Logged out everywhere",adminSignOut:"Log out",adminSignOutOf:"Log out {name}",adminSignOutQuestion:"{name} is logged out on all devices, and can log in again.",adminState:"State",adminStorage:"Storage and growth",adminUnarchive:"Open again",adminUnusedSeason:"Not for 90 days",adminUnusedYear:"Not for a year",adminUse:"Use",adminUsedAt:"used {time}",adminUsedMonth:"In the last 30 days",adminWorkers:"Nodes and workers",allAccounts:"All accounts",allEvents:"All entries of the log",announce:"Write to everybody",announced:"Everybody has it",announcedFile:"A file",announceQuestion:"Everybody on this server gets it.",announceSend:"Send to everybody",auditAct:"Act, as its name is written",auditLookOn:"Nothing in this part of the log.",auditSince:"Since",auditUser:"Name of a person",beganHead:"Since",byCommand:"at the command line",connectionsHead:"Connections",databaseSize:"Database",dayHead:"Day (UTC)",deviceNumber:"device {number}",disk:"Disk",diskFree:"{free} of {size} are free",eventsHead:"Entries of the log",growthHead:"The last 30 days",holdEnd:"End",holdEndOf:"End the hold of {name}",holdEndQuestion:"What is too old in the conversations of {name} is deleted within minutes, for good.",holdMake:"Make a hold",holdMakeHint:"Nothing in the conversations of {name} is deleted until somebody ends the hold.",holdOf:"Whose messages",holdReason:"Reason, for other administrators",holds:"Holds",holdsHint:"What a hold concerns is kept, however old it is: a group, or all conversations of a person.",hostHead:"Host",indexSize:"Search index",inviteCodes:"Invite codes",inviteDays:"Days",inviteLeft:"{left} of {uses} accounts left",inviteMake:"Make an invite",inviteOfGuests:"Guests",inviteOfMembers:"Members",inviteOnce:"Copy it now: it is not shown again.",inviteRevokeQuestion:"Nobody can make an account with it any more.",inviteRole:"For",inviteUses:"Accounts",isDisabled:"disabled",keeping:"Retention and holds",keptApart:"Groups with days of their own",keptAsServer:"As the server does ({days})",keptByServer:"Messages are kept",keptByServerHint:"The setting HICHAT_RETENTION of the daemon says so. The days of a group are chosen on the page of the group.",keptDays:"Days",keptFor:"Messages are kept",keptForDays:"for some days",keptForEver:"for ever",keptQuestion:"Messages of {name} that are older are deleted within minutes, for good.",lagHead:"Behind",lookAgain:"Look again",lookOn:"Look on",makersChosen:"Chosen by {name}, {time}. Without that the setting would count: {setting}.",makersClosed:"Nobody",makersInvite:"With an invite",makersLocal:"everybody from the server's own machine, others with an invite",makersOpen:"Everybody",makersReset:"Let the setting count again",makersSetting:"As HICHAT_REGISTRATION of the daemon says: {setting}.",noAnnouncements:"Nothing was announced yet.",noBio:"No text in the profile",nobodyOnline:"Nobody is online.",nobodySignedIn:"nobody signed in",nodeGone:"gone",nodesHead:"Daemons of the database",nodeSilent:"silent",nodeUp:"up",noEntries:"There are no entries.",noHolds:"There are no holds.",noInvites:"There are no invites.",noneKeptApart:"No group has days of its own.",noReports:"There are no reports here.",notForYou:"Your role does not let you see this.",notKnownYet:"not known yet",notThereAnyMore:"not there any more",numberHead:"Number",privateChat:"private chat",reportAbout:"Who is reported",reportBoth:"Message taken back, author disabled",reportClosed:"Closed",reportDisable:"Disable the person",reportDisabled:"Person disabled",reportDisableQuestion:"The person is logged out everywhere and cannot log in any more.",reportDismiss:"Dismiss",reportDismissed:"Dismissed",reportDoBoth:"Do both",reportDoBothQuestion:"The message is removed for everybody, and its author cannot log in any more.",reportDone:"The report is closed",reportedBy:"Reported by",reportNote:"Note",reportNoteFor:"Note for other moderators",reportOfPerson:"This person was reported, and no message",reportOutcome:"Outcome",reportRecall:"Take the message back",reportRecalled:"Message taken back",reportRecallQuestion:"The message is removed for everybody in its chat.",reportSays:"What the reporter says",reportsClosed:"Closed",reportsOpen:"Open",reportState:"Reports",reportTime:"Reported",role_administrator:"Administrator",role_guest:"Guest",role_member:"Member",role_moderator:"Moderator",role_owner:"Owner of the server",settingDefault:"default",settingEmpty:"(empty)",settingFrom:"set by: {source}",settingSecret:"(secret)",settingsHint:"As the daemon that answers was started with. They are changed where they are set, and count when it starts.",since:"since {time}",stateHead:"State",uploadsOf:"{count} files, {size}",uploadsSize:"Uploads",usersHead:"People",versionHead:"Version",whoRegisters:"Who may make an account",workerHead:"Worker"};var xe={accountsHead:"新账号",addressHead:"地址",adminActive:"正常",adminAny:"全部",adminArchive:"归档",adminArchived:"已归档",adminArchiveQuestion:"{name} 的成员仍可阅读，但任何人都不能发言。之后可以取消归档。",adminAudit:"审计日志",adminByLink:"由本人通过链接设置密码",adminCreated:"创建时间",adminDelete:"删除账号",adminDeleted:"账号已删除",adminDeleteQuestion:"{name} 的资料、联系人和群成员身份将被永久删除，无法撤销。",adminDevices:"设备数",adminDisable:"停用",adminDisabled:"已停用",adminDisableQuestion:"{name} 将在所有设备上退出，重新启用前无法登录。",adminDissolved:"群已解散",adminEnable:"启用",adminExport:"导出数据",adminExportComes:"浏览器正在保存数据。",adminExportQuestion:"将保存一个 ZIP 文件，包含 {name} 的全部数据，包括 {name} 可读的所有消息。审计日志会记录此操作。",adminFiles:"文件",adminFilesOf:"{count} 个（{size}）",adminFindGroups:"查找群",adminFindPeople:"查找用户",adminGroupsOf:"{count} 个，其中 {owned} 个为群主",adminIsDisabled:"该账号已停用，无法登录。",adminLastUse:"最近使用",adminLink:"设置密码的链接",adminLinkHint:"请把此链接交给 {name}。链接只显示这一次，只能使用一次，{time} 前有效。",adminMade:"{name} 的账号已创建。",adminMakeOwnerOf:"让 {name} 成为群主",adminMakeOwnerQuestion:"{name} 将成为群主，原群主将成为管理员。",adminMakePerson:"创建账号",adminNeverUsed:"从未使用",adminNoDevices:"没有设备",adminNoGroups:"没有群",adminOnline:"在线用户",adminOwnerLost:"群主缺失",adminOwnerLostHint:"群主已无法登录，请指定一名成员为群主。",adminPeople:"用户",adminPerson:"用户",adminRegistration:"注册与邀请",adminRename:"改名",adminReport:"举报",adminReports:"举报",adminReset:"重置密码",adminResetQuestion:"{name} 的密码立即失效，并在所有设备上退出。你会得到一个设置新密码的链接。",adminRevokeOf:"移除 {name}",adminRole:"角色",adminSettings:"服务器设置",adminSignedOut:"已在所有设备上退出",adminSignOut:"退出登录",adminSignOutOf:"让 {name} 退出登录",adminSignOutQuestion:"{name} 将在所有设备上退出，之后可以重新登录。",adminState:"状态",adminStorage:"存储与增长",adminUnarchive:"取消归档",adminUnusedSeason:"90 天未使用",adminUnusedYear:"一年未使用",adminUse:"使用情况",adminUsedAt:"{time} 使用过",adminUsedMonth:"最近 30 天使用过",adminWorkers:"节点与进程",allAccounts:"账号总数",allEvents:"日志记录总数",announce:"向所有人发布",announced:"已向所有人发布",announcedFile:"文件",announceQuestion:"此服务器上的所有人都会收到。",announceSend:"发送给所有人",auditAct:"操作名称",auditLookOn:"日志的这一部分没有符合的记录。",auditSince:"起始日期",auditUser:"用户名",beganHead:"启动时间",byCommand:"命令行",connectionsHead:"连接数",databaseSize:"数据库",dayHead:"日期（UTC）",deviceNumber:"设备 {number}",disk:"磁盘",diskFree:"{size} 中剩余 {free}",eventsHead:"日志记录",growthHead:"最近 30 天",holdEnd:"结束",holdEndOf:"结束对 {name} 的保留",holdEndQuestion:"{name} 的会话中过期的消息将在几分钟内删除，无法恢复。",holdMake:"添加保留",holdMakeHint:"在结束保留之前，{name} 的会话中的任何内容都不会删除。",holdOf:"对象",holdReason:"原因（供其他管理员查看）",holds:"保留",holdsHint:"保留对象的消息无论多久都不会删除：一个群，或某人的全部会话。",hostHead:"主机",indexSize:"搜索索引",inviteCodes:"邀请码",inviteDays:"有效天数",inviteLeft:"剩余 {left}/{uses} 个账号",inviteMake:"生成邀请码",inviteOfGuests:"访客",inviteOfMembers:"成员",inviteOnce:"请立即复制：之后不再显示。",inviteRevokeQuestion:"之后无法再用它注册账号。",inviteRole:"对象",inviteUses:"账号数",isDisabled:"已停用",keeping:"保存期限与保留",keptApart:"另设期限的群",keptAsServer:"与服务器相同（{days}）",keptByServer:"消息保存期限",keptByServerHint:"由服务的设置 HICHAT_RETENTION 决定。群的期限在该群的页面上设置。",keptDays:"天数",keptFor:"消息保存期限",keptForDays:"指定天数",keptForEver:"永久",keptQuestion:"{name} 中超过期限的消息将在几分钟内删除，无法恢复。",lagHead:"落后",lookAgain:"重新查看",lookOn:"继续查找",makersChosen:"由 {name} 于 {time} 选择。否则以设置为准：{setting}。",makersClosed:"无人",makersInvite:"凭邀请码",makersLocal:"本机任何人，其他人凭邀请码",makersOpen:"任何人",makersReset:"恢复为设置",makersSetting:"以服务的 HICHAT_REGISTRATION 为准：{setting}。",noAnnouncements:"还没有公告。",noBio:"资料中没有文字",nobodyOnline:"没有人在线。",nobodySignedIn:"未登录",nodeGone:"已离开",nodesHead:"共用数据库的服务",nodeSilent:"无响应",nodeUp:"运行中",noEntries:"没有记录。",noHolds:"没有保留。",noInvites:"没有邀请码。",noneKeptApart:"没有另设期限的群。",noReports:"这里没有举报。",notForYou:"你的角色无权查看此处。",notKnownYet:"尚未得知",notThereAnyMore:"已不存在",numberHead:"编号",privateChat:"私聊",reportAbout:"被举报人",reportBoth:"消息已撤回，作者已停用",reportClosed:"处理时间",reportDisable:"停用此人",reportDisabled:"此人已停用",reportDisableQuestion:"此人将在所有设备上退出，且无法再登录。",reportDismiss:"不予处理",reportDismissed:"不予处理",reportDoBoth:"两者都做",reportDoBothQuestion:"消息将对所有人移除，其作者无法再登录。",reportDone:"举报已处理",reportedBy:"举报人",reportNote:"备注",reportNoteFor:"给其他管理员的备注",reportOfPerson:"举报的是此人，不是消息",reportOutcome:"处理结果",reportRecall:"撤回消息",reportRecalled:"消息已撤回",reportRecallQuestion:"消息将对聊天中的所有人移除。",reportSays:"举报说明",reportsClosed:"已处理",reportsOpen:"未处理",reportState:"举报",reportTime:"举报时间",role_administrator:"管理员",role_guest:"访客",role_member:"成员",role_moderator:"协管员",role_owner:"服务器所有者",settingDefault:"默认值",settingEmpty:"（空）",settingFrom:"来源：{source}",settingSecret:"（保密）",settingsHint:"应答的服务启动时所用的设置。请在设置处修改，重启后生效。",since:"自 {time}",stateHead:"状态",uploadsOf:"{count} 个文件，{size}",uploadsSize:"上传文件",usersHead:"用户",versionHead:"版本",whoRegisters:"谁可以注册账号",workerHead:"进程"};var ze=250,_e=50;function F(t){let[n,i]=m(t);return Z(()=>{let o=setTimeout(()=>i(t),ze);return()=>clearTimeout(o)},[t]),n}function y(t,n,i={}){let o=Object.entries(i).filter(([,f])=>f!==void 0&&f!==""),s=`${n}?${new URLSearchParams([...o.map(([f,A])=>[f,String(A)]),["limit",String(_e)]])}`,[r,p]=m(null),[c,$]=m(0),l=fe("");l.current=`${s} ${c}`;let d=async(f,A)=>{let S=l.current,D=await t.api.get(f);S===l.current&&p({base:s,items:[...A,...D.items],next:D.next})},b=oe(t,()=>d(s,[]),[s,c]),u=r?.base===s?r:null,O=u?.next,w=u&&O?()=>d(`${s}&cursor=${encodeURIComponent(O)}`,u.items):null;return{items:u?.items??null,more:w,again:()=>$(f=>f+1),away:b}}function k({model:t,listing:n,row:i,icon:o,empty:s}){let{items:r,more:p,away:c}=n;return r?r.length?a`
    <ul class="rows">${r.map(i)}</ul>
    ${p&&a`<${J} key=${r.length} load=${p} />`}
  `:a`<div role="status"><${Y} icon=${o} text=${s} /></div>`:a`<${R} model=${t} away=${c} />`}function _({label:t,value:n,change:i}){return a`<form class="filter" role="search" onSubmit=${o=>o.preventDefault()}>
    <${M} name="search" />
    <input
      type="search"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${t}
      aria-label=${t}
      onInput=${o=>i(o.currentTarget.value)}
    />
  </form>`}function H({label:t,options:n,value:i,change:o}){return a`<label class="select">
    <span>${t}</span>
    <select value=${i} onChange=${s=>o(s.currentTarget.value)}>
      ${Object.entries(n).map(([s,r])=>a`<option key=${s} value=${s} selected=${s===i}>${r}</option>`)}
    </select>
  </label>`}function P({facts:t}){return a`<dl class="facts">
    ${t.filter(([,n])=>n!==void 0&&n!==""&&n!==null).map(([n,i])=>a`<div key=${n}><dt>${n}</dt><dd>${i}</dd></div>`)}
  </dl>`}function C(t,n){let[i,o]=m(null),[s,r]=m(""),[p,c]=m(0),l=oe(t,async()=>{if(n)try{o(await t.api.get(n)),r("")}catch(d){if(d.code==="offline")throw d;o(null),r(Q(d))}},[n,p]);return{found:i,away:l,problem:s,again:()=>c(d=>d+1),set:o}}var We="1000";function Ae({model:t,more:n}){return n?a`<${qe} model=${t} id=${n} />`:a`<${Ye} model=${t} />`}var T=t=>t?.name?t.displayName===t.name?t.name:`${t.displayName} (${t.name})`:e("deletedAccount"),De=()=>({dismissed:e("reportDismissed"),recalled:e("reportRecalled"),disabled:e("reportDisabled"),recalled_and_disabled:e("reportBoth")});function Ye({model:t}){let[n,i]=m("open"),o=y(t,"/admin/reports",{state:n});return a`<div class="page">
    <${h} title=${e("adminReports")} back=${g("admin")} />
    <div class="page-body">
      <div class="filters">
        <${H} label=${e("reportState")} options=${{open:e("reportsOpen"),closed:e("reportsClosed")}} value=${n} change=${i} />
      </div>
      <${k} model=${t} listing=${o} icon="flag" empty=${e("noReports")} row=${je} />
    </div>
  </div>`}function je(t){let n=t.message?t.message.text||t.message.files.join(", "):e("reportOfPerson");return a`<li key=${t.id} class="row">
    <a class="row-main" href=${g("admin","reports",t.id)}>
      <span class="row-text">
        <span class="row-title">${t.about.displayName??e("deletedAccount")}: ${ie()[t.reason]}</span>
        <span class="row-note" dir="auto">${n}</span>
        <span class="row-note">${t.closed?`${De()[t.outcome]} · ${v(t.closed)}`:v(t.time)}</span>
      </span>
    </a>
  </li>`}function qe({model:t,id:n}){let{found:i,away:o,problem:s}=C(t,`/admin/reports/${encodeURIComponent(n)}`);return a`<div class="page">
    <${h} title=${e("adminReport")} back=${g("admin","reports")} stays />
    <div class="page-body">
      ${i?a`<${Ke} found=${i} />`:a`<${R} model=${t} away=${o} problem=${s} />`}
      ${i&&!i.closed&&a`<${Je} model=${t} found=${i} />`}
    </div>
  </div>`}function Ke({found:t}){let{message:n,profile:i}=t,o=n&&(n.group?`${e("group")}: ${n.groupName}`:n.user?e("privateChat"):e("announcements"));return a`
    ${n&&a`<figure class="reported">
        <blockquote dir="auto">${n.text}</blockquote>
        ${n.files.length>0&&a`<ul>${n.files.map((s,r)=>a`<li key=${r} dir="auto">${s}</li>`)}</ul>`}
        <figcaption>${n.name} · ${v(n.time)} · ${o}${n.recalled?` · ${e("notThereAnyMore")}`:""}</figcaption>
      </figure>`}
    ${i&&a`<figure class="reported"><blockquote dir="auto">${i.bio||e("noBio")}</blockquote><figcaption>${i.displayName} (${i.name})</figcaption></figure>`}
    <${P}
      facts=${[[e("reportReason"),ie()[t.reason]],[e("reportSays"),t.text],[e("reportAbout"),`${T(t.about)}${t.about.disabled?` · ${e("isDisabled")}`:""}`],[e("reportedBy"),T(t.reporter)],[e("reportTime"),v(t.time)],[e("reportClosed"),t.closed&&`${v(t.closed)} · ${T(t.closedBy)}`],[e("reportOutcome"),t.outcome&&De()[t.outcome]],[e("reportNote"),t.note]]}
    />
  `}function Je({model:t,found:n}){let[i,o]=m(""),[s,r]=m(""),p=d=>t.attempt(async()=>{await t.api.post(`/admin/reports/${n.id}/close`,{outcome:d,note:i.trim()}),U("admin","reports")},e("reportDone")),c={recalled:e("reportRecall"),disabled:e("reportDisable"),recalled_and_disabled:e("reportDoBoth")},$={recalled:e("reportRecallQuestion"),disabled:e("reportDisableQuestion"),recalled_and_disabled:e("reportDoBothQuestion")},l=n.message?["recalled","disabled","recalled_and_disabled"]:["disabled"];return a`
    <${x} label=${e("reportNoteFor")} value=${i} change=${o} rows="2" maxlength=${We} />
    <div class="actions start">
      <button type="button" onClick=${()=>p("dismissed")}>${e("reportDismiss")}</button>
      ${l.map(d=>a`<button type="button" key=${d} class="danger-text" onClick=${()=>r(d)}>${c[d]}</button>`)}
    </div>
    ${s&&a`<${N} title=${c[s]} text=${$[s]} action=${c[s]} close=${()=>r("")} then=${()=>p(s)} />`}
  `}var Ve="2000";function Re({model:t}){let[n,i]=m(""),[o,s]=m(!1),r=y(t,"/admin/announcements"),p=()=>t.attempt(async()=>{await t.api.post("/admin/announcements",{text:n.trim()}),i(""),r.again()},e("announced")),c=$=>a`<li key=${$.id} class="row">
      <span class="row-text">
        <span class="row-title wrap" dir="auto">${$.recalled?e("recalledMessage"):$.text||e("announcedFile")}</span>
        <span class="row-note">${T($.by)} · ${v($.time)}${$.edited?` · ${e("edited")}`:""}</span>
      </span>
    </li>`;return a`<div class="page">
    <${h} title=${e("announcements")} back=${g("admin")} />
    <div class="page-body">
      <form onSubmit=${$=>($.preventDefault(),n.trim()&&s(!0))}>
        <${x} label=${e("announce")} value=${n} change=${i} rows="3" maxlength=${Ve} />
        <div class="actions start"><button class="primary" disabled=${!n.trim()}>${e("announceSend")}</button></div>
      </form>
      <${k} model=${t} listing=${r} icon="megaphone" empty=${e("noAnnouncements")} row=${c} />
    </div>
    ${o&&a`<${N} title=${e("announceSend")} text=${e("announceQuestion")} action=${e("announceSend")} close=${()=>s(!1)} then=${p} />`}
  </div>`}function Ne({model:t}){let[n,i]=m(""),[o,s]=m(""),[r,p]=m(""),[c,$]=m(0),l=F(n).trim();Z(()=>{let b=!1;return $(0),l&&t.api.get(`/users?limit=10&text=${encodeURIComponent(l)}`).then(({items:u})=>b||$(u[0]?.id??0),()=>{}),()=>b=!0},[l]);let d=y(t,"/admin/audit",{user:l?c||Xe:"",act:F(o).trim(),since:r?he(r):""});return a`<div class="page">
    <${h} title=${e("adminAudit")} back=${g("admin")} />
    <div class="page-body">
      <div class="filters" role="search" aria-label=${e("adminAudit")}>
        <${x} label=${e("auditUser")} type="search" value=${n} change=${i} maxlength="64" autocomplete="off" />
        <${x} label=${e("auditAct")} type="search" value=${o} change=${s} maxlength="64" autocomplete="off" />
        <${x} label=${e("auditSince")} type="date" value=${r} change=${p} />
      </div>
      <${k} model=${t} listing=${d} icon="list" empty=${d.more?e("auditLookOn"):e("noEntries")} row=${Ze} />
      ${d.items?.length===0&&d.more&&a`<div class="actions start"><button type="button" onClick=${d.more}>${e("lookOn")}</button></div>`}
    </div>
  </div>`}var Xe=Number.MAX_SAFE_INTEGER;function Ze(t){let n=t.actor?T(t.actor):t.via==="command"?e("byCommand"):e("nobodySignedIn"),i=t.whose&&t.whose.id!==t.actor?.id&&`→ ${T(t.whose)}`,o=[v(t.time),t.via,t.address,t.device&&e("deviceNumber",{number:t.device}),t.group&&`${e("group")} ${t.group}`,t.count>1&&`×${t.count}`];return a`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.act}${t.outcome==="ok"?"":` (${t.outcome})`}: ${n} ${i}</span>
      <span class="row-note wrap">${o.filter(Boolean).join(" · ")}</span>
      ${t.detail&&a`<span class="row-note wrap">${t.detail}</span>`}
    </span>
  </li>`}var et="36500",tt="300",re=t=>t===0?e("keptForEver"):t===1?e("oneDay"):e("countDays",{count:t});function He({model:t}){let n=C(t,"/admin/retention"),i=y(t,"/admin/retention/groups"),o=y(t,"/admin/holds"),[s,r]=m(!1),[p,c]=m(null),$=()=>t.attempt(async()=>{await t.api.delete(me(p)),o.again()},e("saved")),l=d=>a`<li key=${d.group} class="row">
      <a class="row-main" href=${g("admin","groups",d.group)}>
        <span class="row-text"><span class="row-title">${d.name}</span><span class="row-note">${re(d.days)}</span></span>
      </a>
    </li>`;return a`<div class="page">
    <${h} title=${e("keeping")} back=${g("admin")}><${W} icon="plus" label=${e("holdMake")} onClick=${()=>r(!0)} /><//>
    <div class="page-body">
      ${n.found?a`<${P} facts=${[[e("keptByServer"),re(n.found.days)]]} />`:a`<${R} model=${t} away=${n.away} />`}
      <p class="dim">${e("keptByServerHint")}</p>
      <h2 class="list-head">${e("keptApart")}</h2>
      <${k} model=${t} listing=${i} icon="groups" empty=${e("noneKeptApart")} row=${l} />
      <h2 class="list-head">${e("holds")}</h2>
      <p class="dim">${e("holdsHint")}</p>
      <${k} model=${t} listing=${o} icon="lock" empty=${e("noHolds")} row=${d=>a`<${nt} key=${me(d)} model=${t} hold=${d} end=${()=>c(d)} />`} />
    </div>
    ${s&&a`<${ot} model=${t} close=${()=>r(!1)} made=${o.again} />`}
    ${p&&a`<${N} title=${e("holdEnd")} text=${e("holdEndQuestion",{name:de(p)})} action=${e("holdEnd")} close=${()=>c(null)} then=${$} />`}
  </div>`}var me=t=>t.group?`/admin/holds/groups/${t.group}`:`/admin/holds/users/${t.user}`,de=t=>t.name??`${e(t.group?"group":"deletedAccount")} ${t.group??t.user}`;function nt({model:t,hold:n,end:i}){let o=n.by?t.people.name(n.by):e("byCommand"),s=n.group?g("admin","groups",n.group):g("admin","people",n.user);return a`<li class="row">
    <a class="row-main" href=${s}>
      <span class="row-text">
        <span class="row-title">${de(n)}</span>
        <span class="row-note wrap">${[e(n.group?"group":"adminPerson"),e("since",{time:v(n.since)}),o].join(" · ")}</span>
        ${n.reason&&a`<span class="row-note wrap">${n.reason}</span>`}
      </span>
    </a>
    <span class="row-actions"><button type="button" class="small danger-text" aria-label=${e("holdEndOf",{name:de(n)})} onClick=${i}>${e("holdEnd")}</button></span>
  </li>`}function ot({model:t,close:n,made:i}){let[o,s]=m("people"),[r,p]=m(""),[c,$]=m(null),[l,d]=m(""),[b,u]=m(""),O=y(t,`/admin/${o}`,{text:F(r).trim()}),w=j(async S=>{S.preventDefault(),u(""),await t.attempt(async()=>{await t.api.put(me({[o==="groups"?"group":"user"]:c.id}),{reason:l.trim()}),i(),n()},e("saved"),D=>D.code!=="offline"&&(u(Q(D)),!0))}),f=S=>S.displayName??S.name,A=S=>a`<li key=${S.id} class="row">
    <button type="button" class="row-main" onClick=${()=>$(S)}>
      <span class="row-text"><span class="row-title">${f(S)}</span>${o==="people"&&a`<span class="row-note">${S.name}</span>`}</span>
    </button>
  </li>`;return c?a`<${B} key="why" title=${e("holdMake")} close=${n}>
    <form onSubmit=${w}>
      <p>${e("holdMakeHint",{name:f(c)})}</p>
      <${x} label=${e("holdReason")} value=${l} change=${d} problem=${b} rows="3" maxlength=${tt} />
      <div class="actions">
        <button type="button" onClick=${()=>$(null)}>${e("back")}</button>
        <button type="submit" class="primary">${e("holdMake")}</button>
      </div>
    </form>
  <//>`:a`<${B} key="who" title=${e("holdMake")} close=${n}>
      <div class="filters"><${H} label=${e("holdOf")} options=${{people:e("adminPerson"),groups:e("group")}} value=${o} change=${s} /></div>
      <${_} label=${e(o==="people"?"adminFindPeople":"adminFindGroups")} value=${r} change=${p} />
      <${k} model=${t} listing=${O} icon="search" empty=${e(o==="people"?"nobodyFound":"adminNoGroups")} row=${A} />
    <//>`}function Ce({model:t,group:n}){let i=`/admin/groups/${n.id}/retention`,{found:o,away:s,again:r}=C(t,i),[p,c]=m(""),[$,l]=m(""),[d,b]=m(!1);if(!o)return a`<${R} model=${t} away=${s} />`;let u=o.days===void 0?"server":o.days===0?"ever":"days",O=p||u,w={server:e("keptAsServer",{days:re(o.server)}),ever:e("keptForEver"),days:e("keptForDays")},f=()=>t.attempt(async()=>{let S={server:null,ever:0,days:Number($||o.days)};await t.api.put(i,{days:S[O]}),c(""),l(""),r()},e("saved")),A=S=>{S.preventDefault(),b(!0)};return a`
    <h2 class="list-head">${e("keeping")}</h2>
    <form class="filters" onSubmit=${A}>
      <${H} label=${e("keptFor")} options=${w} value=${O} change=${c} />
      ${O==="days"&&a`<${x} label=${e("keptDays")} type="number" min="1" max=${et} required value=${$||(o.days??"")} change=${l} />`}
      ${(O!==u||$&&Number($)!==o.days)&&a`<button type="submit" class="primary">${e("save")}</button>`}
    </form>
    ${d&&a`<${N} title=${e("keeping")} text=${e("keptQuestion",{name:n.name})} action=${e("save")} close=${()=>b(!1)} then=${f} />`}
  `}function Te({model:t}){let n=y(t,"/admin/online");return a`<div class="page">
    <${h} title=${e("adminOnline")} back=${g("admin")} />
    <div class="page-body">
      <div class="actions start"><button type="button" onClick=${n.again}>${e("lookAgain")}</button></div>
      <${k} model=${t} listing=${n} icon="person" empty=${e("nobodyOnline")} row=${at} />
    </div>
  </div>`}function at({user:t,devices:n}){return a`<li key=${t.id} class="row">
    <span class="row-text">
      <span class="row-title">${T(t)}</span>
      ${n.map((i,o)=>a`<span key=${o} class="row-note wrap">${[i.device?e("deviceNumber",{number:i.device}):e("v1Device"),i.address,i.since&&e("since",{time:v(i.since)})].filter(Boolean).join(" · ")}</span>`)}
    </span>
  </li>`}var it={open:"joinedByAll",approval:"joinedAfterApproval",invite:"joinedByInvitation"};function Le({model:t,more:n}){let i=Number(n);return i?a`<${mt} key=${i} model=${t} id=${i} />`:a`<${st} model=${t} />`}function st({model:t}){let[n,i]=m(""),[o,s]=m(""),r=y(t,"/admin/groups",{text:F(n).trim(),state:o}),p={"":e("adminAny"),active:e("adminActive"),archived:e("adminArchived"),ownerless:e("adminOwnerLost")};return a`<div class="page">
    <${h} title=${e("groups")} back=${g("admin")} />
    <div class="page-body">
      <${_} label=${e("adminFindGroups")} value=${n} change=${i} />
      <div class="filters"><${H} label=${e("adminState")} options=${p} value=${o} change=${s} /></div>
      <${k} model=${t} listing=${r} icon="groups" empty=${e("adminNoGroups")} row=${c=>a`<${rt} key=${c.id} model=${t} group=${c} />`} />
    </div>
  </div>`}function rt({model:t,group:n}){let i=[e(n.size===1?"oneMember":"members",{count:n.size}),n.ownerLost&&e("adminOwnerLost"),n.archived&&e("adminArchived")];return a`<${ne} model=${t} group=${n} note=${i.filter(Boolean).join(" · ")} href=${g("admin","groups",n.id)} />`}function mt({model:t,id:n}){let i=`/admin/groups/${n}`,{found:o,away:s,problem:r,again:p}=C(t,i),[c,$]=m(""),l=a`<${h} title=${e("group")} back=${g("admin","groups")} />`;if(!o)return a`<div class="page">${l}<${R} model=${t} away=${s} problem=${r} /></div>`;let d=w=>t.attempt(async()=>{await w(),p()},e("saved")),b={adminArchive:()=>d(()=>t.api.put(`${i}/archived`)),dissolve:()=>t.attempt(async()=>{await t.api.delete(i),U("admin","groups")},e("adminDissolved"))},u=E(t.me,"administrator"),O=o.owner.name?o.owner.displayName:e("deletedAccount");return a`<div class="page">
    ${l}
    <div class="page-body">
      <div class="portrait">
        <${ee} model=${t} id=${n} name=${o.name} picture=${o.picture} kind="group" size="large" />
        <h2>${o.name}</h2>
        ${o.description&&a`<p class="bio">${o.description}</p>`}
        ${o.archived&&a`<p class="dim" role="status">${e("groupArchived")}</p>`}
        ${o.ownerLost&&a`<p class="problem" role="status">${e(u?"adminOwnerLostHint":"adminOwnerLost")}</p>`}
      </div>
      ${u&&a`<div class="tiles">
          ${o.archived?a`<${L} icon="edit" text=${e("adminUnarchive")} act=${()=>d(()=>t.api.delete(`${i}/archived`))} />`:a`<${L} icon="archive" text=${e("adminArchive")} act=${()=>$("adminArchive")} />`}
        </div>`}
      <${P}
        facts=${[[e("owner"),a`<a href=${g("admin","people",o.owner.id)}>${O}</a>`],[e("membersTitle"),String(o.size)],[e("whoMayJoin"),e(it[o.joinPolicy])],[e("adminCreated"),v(o.created)],[e("adminArchived"),o.archived&&v(o.archived)],[e("adminFiles"),e("adminFilesOf",{count:o.files,size:I(o.room)})]]}
      />
      ${u&&a`<${Ce} model=${t} group=${o} />`}
      <${dt} model=${t} path=${i} group=${o} mayGive=${u&&o.ownerLost} act=${d} />
      ${u&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>$("dissolve")}><${M} name="recall" />${e("dissolve")}</button>
        </div>`}
    </div>
    ${c&&a`<${N} title=${e(c)} text=${e(`${c}Question`,{name:o.name})} action=${e(c)} close=${()=>$("")} then=${b[c]} />`}
  </div>`}function dt({model:t,path:n,group:i,mayGive:o,act:s}){let[r,p]=m(""),[c,$]=m(null),l=y(t,`${n}/members`,{name:F(r).trim()}),d=async()=>{await s(()=>t.api.put(`${n}/owner`,{user:c.id}))&&l.again()},b=u=>a`<${te} key=${u.id} model=${t} person=${u} note=${u.role==="member"?"":e(u.role)} href=${g("admin","people",u.id)}>
    ${o&&u.id!==i.owner.id&&a`<button type="button" class="small" aria-label=${e("adminMakeOwnerOf",{name:u.displayName})} onClick=${()=>$(u)}>${e("makeOwner")}</button>`}
  <//>`;return a`
    <h2 class="list-head">${e("membersTitle")}</h2>
    <${_} label=${e("findMembers")} value=${r} change=${p} />
    <${k} model=${t} listing=${l} icon="contacts" empty=${e("nobodyFound")} row=${b} />
    ${c&&a`<${N} title=${e("makeOwner")} text=${e("adminMakeOwnerQuestion",{name:c.displayName})} action=${e("makeOwner")} close=${()=>$(null)} then=${d} />`}
  `}var q=t=>Object.fromEntries(t.map(n=>[n,e(`role_${n}`)]));function le(t,n){return se(t)==="owner"||z.indexOf(n)<z.indexOf(se(t))}var Ee=t=>z.filter(n=>le(t,n));function Fe({model:t,id:n}){let i=`/admin/people/${n}`,{found:o,away:s,problem:r,again:p}=C(t,i),[c,$]=m(0),[l,d]=m(""),[b,u]=m(null),O=a`<${h} title=${e("adminPerson")} back=${g("admin","people")} />`;if(!o)return a`<div class="page">${O}<${R} model=${t} away=${s} problem=${r} /></div>`;let{api:w,me:f}=t,A=()=>d(""),S=()=>{p(),$(G=>G+1)},D=(G,Qe=e("saved"))=>t.attempt(async()=>{await G(),S()},Qe),V=E(f,"administrator"),X=le(f,o.role),K=X&&V,ge={adminDisable:()=>D(()=>w.put(`${i}/disabled`)),adminSignOut:()=>D(()=>w.post(`${i}/sign-out`,{}),e("adminSignedOut")),adminReset:()=>D(async()=>u(await w.post(`${i}/password`)),""),adminExport:()=>Oe(t,`${i}/export`,e("adminExportComes")),adminDelete:()=>t.attempt(async()=>{await w.delete(i),U("admin","people")},e("adminDeleted"))};return a`<div class="page">
    ${O}
    <div class="page-body">
      <div class="portrait">
        <${ee} model=${t} id=${n} name=${o.displayName} picture=${o.avatar} size="large" />
        <h2>${o.displayName}</h2>
        ${o.disabled&&a`<p class="problem" role="status">${e("adminIsDisabled")}</p>`}
      </div>
      <div class="tiles">
        ${n!==t.state.user&&a`<${L} icon="chats" text=${e("message")} act=${()=>U("chats",`user-${n}`)} />`}
        ${K&&a`<${L} icon="edit" text=${e("adminRename")} act=${()=>d("rename")} />`}
        ${K&&a`<${L} icon="lock" text=${e("adminReset")} act=${()=>d("adminReset")} />`}
        ${E(f,"owner")&&a`<${L} icon="download" text=${e("adminExport")} act=${()=>d("adminExport")} />`}
        ${X&&a`<${L} icon="leave" text=${e("adminSignOut")} act=${()=>d("adminSignOut")} />`}
        ${X&&(o.disabled?a`<${L} icon="check" text=${e("adminEnable")} act=${()=>D(()=>w.delete(`${i}/disabled`))} />`:a`<${L} icon="block" text=${e("adminDisable")} act=${()=>d("adminDisable")} />`)}
      </div>
      <${P}
        facts=${[[e("loginName"),o.name],[e("adminRole"),K?null:q([o.role])[o.role]],[e("adminCreated"),v(o.created)],[e("adminLastUse"),o.lastUse?v(o.lastUse):e("adminNeverUsed")],[e("adminDevices"),String(o.devices)],[e("groups"),e("adminGroupsOf",{count:o.groups,owned:o.owned})],[e("adminFiles"),e("adminFilesOf",{count:o.files,size:I(o.room)})]]}
      />
      ${K&&a`<${H}
          label=${e("adminRole")}
          options=${q(z.filter(G=>G===o.role||Ee(f).includes(G)))}
          value=${o.role}
          change=${G=>D(()=>w.put(`${i}/role`,{role:G}))}
        />`}
      ${V&&a`<${ct} key=${c} model=${t} path=${i} mayAct=${X} />`}
      <${pt} model=${t} path=${i} />
      ${K&&a`<div class="actions center last">
          <button type="button" class="plain danger-text" onClick=${()=>d("adminDelete")}><${M} name="recall" />${e("adminDelete")}</button>
        </div>`}
    </div>
    ${l==="rename"&&a`<${lt} model=${t} path=${i} person=${o} close=${A} again=${S} />`}
    ${l in ge&&a`<${N} title=${e(l)} text=${e(`${l}Question`,{name:o.displayName})} action=${e(l)} close=${A} then=${ge[l]} />`}
    ${b&&a`<${ce} model=${t} link=${b} name=${o.displayName} close=${()=>u(null)} />`}
  </div>`}function ce({model:t,link:n,name:i,close:o}){let s=`${location.origin}${ke}/${g("password",n.code)}`,r=()=>t.attempt(()=>navigator.clipboard.writeText(s),e("copied"));return a`<${B} title=${e("adminLink")} close=${o}>
    <p>${e("adminLinkHint",{name:i,time:v(n.expires)})}</p>
    <div class="share-address">
      <input readonly value=${s} aria-label=${e("address")} onFocus=${p=>p.currentTarget.select()} />
      <${W} icon="copy" label=${e("copy")} onClick=${r} />
    </div>
  <//>`}function lt({model:t,path:n,person:i,close:o,again:s}){let[r,p]=m(i.name),[c,$]=m(i.displayName),[l,d]=m(""),b=j(async u=>{u.preventDefault(),d("");let O=async()=>{await t.api.patch(n,{name:r,displayName:c}),t.people.again(i.id),s(),o()};await t.attempt(O,e("saved"),w=>w.code!=="offline"&&(d(Q(w)),!0))});return a`<${B} title=${e("adminRename")} close=${o}>
    <form onSubmit=${b}>
      <${x} label=${e("loginName")} value=${r} change=${p} problem=${l} maxlength="64" autocomplete="off" required />
      <${x} label=${e("displayName")} value=${c} change=${$} maxlength="64" autocomplete="off" />
      <div class="actions"><button type="submit" class="primary">${e("save")}</button></div>
    </form>
  <//>`}function ct({model:t,path:n,mayAct:i}){let o=y(t,`${n}/devices`),[s,r]=m(null),p=l=>t.attempt(async()=>{await l(),o.again()},e("saved")),c=l=>l.loggedIn?[l.used&&v(l.used),l.address].filter(Boolean).join(" · "):e("loggedOut"),$=l=>a`<li class="row" key=${l.id}>
    <span class="row-main">
      <span class="file-sign"><${M} name="device" /></span>
      <span class="row-text"><span class="row-title">${l.name}</span><span class="row-note wrap">${c(l)}</span></span>
    </span>
    ${i&&a`<span class="row-actions">
        ${l.loggedIn&&a`<button type="button" class="small" aria-label=${e("adminSignOutOf",{name:l.name})} onClick=${()=>p(()=>t.api.post(`${n}/sign-out`,{device:l.id}))}>${e("adminSignOut")}</button>`}
        <button type="button" class="small danger-text" aria-label=${e("adminRevokeOf",{name:l.name})} onClick=${()=>r(l)}>${e("revoke")}</button>
      </span>`}
  </li>`;return a`
    <h2 class="list-head">${e("devices")}</h2>
    <${k} model=${t} listing=${o} icon="device" empty=${e("adminNoDevices")} row=${$} />
    ${s&&a`<${N} title=${e("revoke")} text=${e("revokeQuestion",{name:s.name})} action=${e("revoke")} close=${()=>r(null)} then=${()=>p(()=>t.api.delete(`${n}/devices/${s.id}`))} />`}
  `}function pt({model:t,path:n}){let i=y(t,`${n}/groups`),o=({role:s,size:r})=>[s!=="member"&&e(s),e(r===1?"oneMember":"members",{count:r})].filter(Boolean).join(" · ");return a`
    <h2 class="list-head">${e("groups")}</h2>
    <${k}
      model=${t}
      listing=${i}
      icon="groups"
      empty=${e("adminNoGroups")}
      row=${s=>a`<${ne} key=${s.id} model=${t} group=${s} note=${o(s)} href=${g("admin","groups",s.id)} />`}
    />
  `}var pe=24*36e5;function Pe({model:t,more:n}){let i=Number(n);return i?a`<${Fe} key=${i} model=${t} id=${i} />`:a`<${gt} model=${t} />`}var $t=()=>({"":e("adminAny"),month:e("adminUsedMonth"),season:e("adminUnusedSeason"),year:e("adminUnusedYear")});function ut(t,n){let i=o=>Math.floor(n/pe)*pe-o*pe;return t==="month"?{usedSince:i(30)}:{unusedSince:{season:i(90),year:i(365)}[t]}}function gt({model:t}){let[n,i]=m(""),[o,s]=m(""),[r,p]=m(""),[c,$]=m(""),[l,d]=m(!1),b={text:F(n).trim(),role:o,state:r,...ut(c,t.now())},u=y(t,"/admin/people",b),O={"":e("adminAny"),active:e("adminActive"),disabled:e("adminDisabled")};return a`<div class="page">
    <${h} title=${e("adminPeople")} back=${g("admin")}>
      ${E(t.me,"administrator")&&a`<${W} icon="plus" label=${e("adminMakePerson")} onClick=${()=>d(!0)} />`}
    <//>
    <div class="page-body">
      <${_} label=${e("adminFindPeople")} value=${n} change=${i} />
      <div class="filters">
        <${H} label=${e("adminRole")} options=${{"":e("adminAny"),...q(z)}} value=${o} change=${s} />
        <${H} label=${e("adminState")} options=${O} value=${r} change=${p} />
        <${H} label=${e("adminUse")} options=${$t()} value=${c} change=${$} />
      </div>
      <${k}
        model=${t}
        listing=${u}
        icon="search"
        empty=${e("nobodyFound")}
        row=${w=>a`<${ft} key=${w.id} model=${t} person=${w} />`}
      />
    </div>
    ${l&&a`<${vt} model=${t} close=${()=>d(!1)} />`}
  </div>`}function ft({model:t,person:n}){t.people.known.get(n.id)||t.people.know({id:n.id,name:n.name,displayName:n.displayName,avatar:n.avatar});let i=[n.name!==n.displayName&&n.name,n.role!=="member"&&q([n.role])[n.role],n.disabled&&e("isDisabled"),n.lastUse?e("adminUsedAt",{time:v(n.lastUse)}):e("adminNeverUsed")];return a`<${te} model=${t} person=${n} note=${i.filter(Boolean).join(" · ")} href=${g("admin","people",n.id)} />`}function vt({model:t,close:n}){let[i,o]=m(""),[s,r]=m(""),[p,c]=m(""),[$,l]=m(!0),[d,b]=m({name:"",password:""}),[u,O]=m(null),w=j(async A=>{A.preventDefault(),b({name:"",password:""});let S={name:i,displayName:s,...$?{}:{password:p}};await t.attempt(async()=>O(await t.api.post("/admin/people",S)),"",D=>{let V=ye(D)?"password":"name";return D.code!=="offline"&&b({name:"",password:"",[V]:Q(D)}),D.code!=="offline"})}),f=()=>{n(),u&&U("admin","people",u.person.id)};return u?.link?a`<${ce} model=${t} link=${u.link} name=${u.person.displayName} close=${f} />`:u?a`<${B} title=${e("adminMakePerson")} close=${f}><p role="status">${e("adminMade",{name:u.person.displayName})}</p><//>`:a`<${B} title=${e("adminMakePerson")} close=${n}>
    <form onSubmit=${w}>
      <${x} label=${e("loginName")} value=${i} change=${o} problem=${d.name} maxlength="64" autocomplete="off" required />
      <${x} label=${e("displayName")} value=${s} change=${r} maxlength="64" autocomplete="off" />
      <label class="check">
        <input type="checkbox" checked=${$} onChange=${A=>l(A.currentTarget.checked)} />
        <span>${e("adminByLink")}</span>
      </label>
      ${!$&&a`<${be} label=${e("password")} value=${p} change=${c} problem=${d.password} />`}
      <div class="actions"><button type="submit" class="primary">${e("adminMakePerson")}</button></div>
    </form>
  <//>`}var $e="/admin/registration";function Ie({model:t}){return a`<div class="page">
    <${h} title=${e("adminRegistration")} back=${g("admin")} />
    <div class="page-body">
      <${ht} model=${t} />
      <${bt} model=${t} />
    </div>
  </div>`}var Me=()=>({open:e("makersOpen"),invite:e("makersInvite"),closed:e("makersClosed")});function ht({model:t}){let{found:n,away:i,set:o}=C(t,$e);if(!n)return a`<${R} model=${t} away=${i} />`;let s=c=>t.attempt(async()=>o(await t.api.put($e,{policy:c})),e("saved")),r=()=>t.attempt(async()=>o(await t.api.delete($e)),e("saved")),p={...Me(),local:e("makersLocal")};return a`
    <${we} label=${e("whoRegisters")} options=${Me()} value=${n.policy} change=${s} />
    <p class="dim">
      ${n.chosen?e("makersChosen",{name:T(n.chosenBy),time:v(n.chosen),setting:p[n.setting]}):e("makersSetting",{setting:p[n.setting]})}
    </p>
    ${n.chosen&&a`<div class="actions start"><button type="button" onClick=${r}>${e("makersReset")}</button></div>`}
  `}function bt({model:t}){let[n,i]=m("1"),[o,s]=m("7"),[r,p]=m("member"),[c,$]=m(""),[l,d]=m(null),b=y(t,"/admin/invites"),u=f=>{f.preventDefault(),t.attempt(async()=>{let A=await t.api.post("/admin/invites",{uses:Number(n),days:Number(o),role:r});$(A.code),b.again()})},O=()=>t.attempt(async()=>{await t.api.delete(`/admin/invites/${l.id}`),b.again()}),w=f=>a`<li key=${f.id} class="row">
      <span class="row-text">
        <span class="row-title">${e("inviteLeft",{left:f.left,uses:f.uses??f.left})}</span>
        <span class="row-note wrap">${e(f.role==="guest"?"inviteOfGuests":"inviteOfMembers")} · ${e("until",{time:v(f.expires)})} · ${f.by?T(f.by):e("byCommand")}</span>
      </span>
      <span class="row-actions"><button type="button" class="small danger-text" onClick=${()=>d(f)}>${e("revoke")}</button></span>
    </li>`;return a`
    <h2 class="list-head">${e("inviteCodes")}</h2>
    <form class="filters" onSubmit=${u}>
      <${x} label=${e("inviteUses")} type="number" min="1" max="10000" required value=${n} change=${i} />
      <${x} label=${e("inviteDays")} type="number" min="1" max="366" required value=${o} change=${s} />
      <${H} label=${e("inviteRole")} options=${{member:e("inviteOfMembers"),guest:e("inviteOfGuests")}} value=${r} change=${p} />
      <button class="primary">${e("inviteMake")}</button>
    </form>
    <div role="status">
      ${c&&a`<p class="made-code"><code>${c}</code>
          <button type="button" class="small" onClick=${()=>t.attempt(()=>navigator.clipboard.writeText(c),e("copied"))}>${e("copy")}</button></p>
          <p class="dim">${e("inviteOnce")}</p>`}
    </div>
    <${k} model=${t} listing=${b} icon="invite" empty=${e("noInvites")} row=${w} />
    ${l&&a`<${N} title=${e("revoke")} text=${e("inviteRevokeQuestion")} action=${e("revoke")} close=${()=>d(null)} then=${O} />`}
  `}function Ue({model:t}){let n=y(t,"/admin/settings");return a`<div class="page" tabindex="0" role="region" aria-label=${e("adminSettings")}>
    <${h} title=${e("adminSettings")} back=${g("admin")} />
    <div class="page-body">
      <p class="dim">${e("settingsHint")}</p>
      <${k} model=${t} listing=${n} icon="settings" empty=${e("noEntries")} row=${yt} />
    </div>
  </div>`}function yt(t){let n=t.secret?e("settingSecret"):t.value??e("settingEmpty");return a`<li key=${t.name} class="row">
    <span class="row-text">
      <span class="row-title wrap">${t.name} = ${n}</span>
      <span class="row-note wrap">${t.source==="default"?e("settingDefault"):e("settingFrom",{source:t.source})} · ${t.about}</span>
    </span>
  </li>`}function Be({model:t}){let n=y(t,"/admin/workers"),i=y(t,"/admin/nodes"),o=()=>{n.again(),i.again()};return a`<div class="page">
    <${h} title=${e("adminWorkers")} back=${g("admin")} />
    <div class="page-body">
      ${!n.items&&a`<${R} model=${t} away=${n.away} />`}
      ${n.items&&a`<${ue}
          name=${e("adminWorkers")}
          heads=${[e("hostHead"),e("workerHead"),e("versionHead"),e("connectionsHead"),e("usersHead"),e("lagHead"),e("beganHead")]}
          rows=${n.items.map(s=>[s.host,s.worker,s.version,s.connections,s.users,s.lag,v(s.began)])}
        />`}
      ${n.more&&a`<${J} key=${n.items?.length} load=${n.more} />`}
      <div class="actions start"><button type="button" onClick=${o}>${e("lookAgain")}</button></div>
      ${i.items?.length&&a`<h2 class="list-head">${e("nodesHead")}</h2>
          <${ue}
            name=${e("nodesHead")}
            heads=${[e("numberHead"),e("stateHead"),e("addressHead"),e("versionHead"),e("connectionsHead"),e("lagHead"),e("beganHead")]}
            rows=${i.items.map(s=>[s.number,wt()[s.state],s.address,s.version,s.connections??"",s.lag??"",v(s.since)])}
          />
          ${i.more&&a`<${J} key=${i.items.length} load=${i.more} />`}`}
    </div>
  </div>`}var wt=()=>({up:e("nodeUp"),silent:e("nodeSilent"),gone:e("nodeGone")});function Ge({model:t}){let n=C(t,"/admin/storage"),i=C(t,"/admin/growth"),{found:o}=n,s=r=>r===void 0?e("notKnownYet"):I(r);return a`<div class="page">
    <${h} title=${e("adminStorage")} back=${g("admin")} />
    <div class="page-body">
      ${!(o&&i.found)&&a`<${R} model=${t} away=${n.away||i.away} />`}
      ${o&&a`<${P}
          facts=${[[e("databaseSize"),s(o.database)],[e("indexSize"),s(o.search)],[e("uploadsSize"),o.uploads===void 0?e("notKnownYet"):e("uploadsOf",{count:o.uploads,size:I(o.uploadsBytes)})],...o.disks.map(r=>[`${e("disk")} ${r.host} ${r.directory}`,e("diskFree",{free:I(r.free),size:I(r.size)})]),[e("allEvents"),i.found?.events],[e("allAccounts"),i.found?.accounts]]}
        />`}
      ${i.found&&a`<h2 class="list-head">${e("growthHead")}</h2>
          <${ue} name=${e("growthHead")} heads=${[e("dayHead"),e("eventsHead"),e("accountsHead")]}
            rows=${i.found.items.toReversed().map(r=>[r.day,r.events,r.accounts])} />`}
    </div>
  </div>`}function ue({name:t,heads:n,rows:i}){return a`<div class="table" tabindex="0" role="region" aria-label=${t}>
    <table>
      <thead><tr>${n.map(o=>a`<th key=${o} scope="col">${o}</th>`)}</tr></thead>
      <tbody>${i.map((o,s)=>a`<tr key=${s}>${o.map((r,p)=>a`<td key=${p} class=${typeof r=="number"?"number":void 0}>${r}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`}var ae=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:Pe},{name:"groups",title:"groups",icon:"groups",least:"moderator",Page:Le},{name:"reports",title:"adminReports",icon:"flag",least:"moderator",Page:Ae},{name:"announcements",title:"announcements",icon:"megaphone",least:"administrator",Page:Re},{name:"registration",title:"adminRegistration",icon:"invite",least:"administrator",Page:Ie},{name:"keeping",title:"keeping",icon:"clock",least:"administrator",Page:He},{name:"online",title:"adminOnline",icon:"eye",least:"administrator",Page:Te},{name:"workers",title:"adminWorkers",icon:"device",least:"administrator",Page:Be},{name:"storage",title:"adminStorage",icon:"archive",least:"administrator",Page:Ge},{name:"audit",title:"adminAudit",icon:"list",least:"administrator",Page:Ne},{name:"settings",title:"adminSettings",icon:"settings",least:"administrator",Page:Ue}];function kt({model:t,selected:n}){let i=ae.filter(({least:o})=>E(t.me,o));return a`
    <${h} title=${e("administration")} back=${g("settings")} stays />
    ${t.me&&!i.length&&a`<${Y} icon="lock" text=${e("notForYou")} />`}
    <ul class="rows">
      ${i.map(({name:o,title:s,icon:r})=>a`<li key=${o} class=${n===o?"row selected":"row"}>
            <a class="row-main setting" href=${g("admin",o)} aria-current=${n===o?"page":void 0}>
              <${M} name=${r} />${e(s)}
            </a>
          </li>`)}
    </ul>
  `}function Ot({model:t,name:n,more:i}){let o=ae.find(s=>s.name===n);return t.me?o&&E(t.me,o.least)?a`<${o.Page} model=${t} more=${i} />`:a`<div class="page">
    <${h} title=${e("administration")} back=${g("admin")} />
    <${Y} icon="lock" text=${e("notForYou")} />
  </div>`:a`<div class="spinner" role="status"><span class="hidden">${e("loading")}</span></div>`}ve({en:Se,zh:xe});export{kt as Administration,Ot as Section};
