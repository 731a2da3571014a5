import{B as l,C as T,E as $,F as O,G as C,H as I,I as h,a as c,b as w,d as b,f as o,i as g,m as k,n as s,z as p}from"./client.js";var L={adminFindPeople:"Find people",adminPeople:"People",notForYou:"Your role does not let you see this."};var A={adminFindPeople:"查找用户",adminPeople:"用户",notForYou:"你的角色无权查看此处。"};var G=250,M=50;function E(t){let[n,i]=c(t);return w(()=>{let e=setTimeout(()=>i(t),G);return()=>clearTimeout(e)},[t]),n}function N(t,n,i={}){let e=Object.entries(i).filter(([,m])=>m!==void 0&&m!==""),r=`${n}?${new URLSearchParams([...e.map(([m,S])=>[m,String(S)]),["limit",String(M)]])}`,[a,u]=c(null),[f,U]=c(0),P=b("");P.current=`${r} ${f}`;let v=async(m,S)=>{let D=P.current,F=await t.api.get(m);D===P.current&&u({base:r,items:[...S,...F.items],next:F.next})},j=C(t,()=>v(r,[]),[r,f]),d=a?.base===r?a:null,y=d?.next,z=d&&y?()=>v(`${r}&cursor=${encodeURIComponent(y)}`,d.items):null;return{items:d?.items??null,more:z,again:()=>U(m=>m+1),away:j}}function Y({model:t,listing:n,row:i,icon:e,empty:r}){let{items:a,more:u,away:f}=n;return a?a.length?o`
    <ul class="rows">${a.map(i)}</ul>
    ${u&&o`<${I} key=${a.length} load=${u} />`}
  `:o`<div role="status"><${p} icon=${e} text=${r} /></div>`:o`<${O} model=${t} away=${f} />`}function R({label:t,value:n,change:i}){return o`<form class="filter" role="search" onSubmit=${e=>e.preventDefault()}>
    <${g} name="search" />
    <input
      type="search"
      value=${n}
      maxlength="64"
      autocomplete="off"
      placeholder=${t}
      aria-label=${t}
      onInput=${e=>i(e.currentTarget.value)}
    />
  </form>`}function H({model:t}){let[n,i]=c(""),e=N(t,"/users",{text:E(n).trim()});return o`<div class="page">
    <${$} title=${s("adminPeople")} back=${l("admin")} />
    <div class="page-body">
      <${R} label=${s("adminFindPeople")} value=${n} change=${i} />
      <${Y}
        model=${t}
        listing=${e}
        icon="search"
        empty=${s("nobodyFound")}
        row=${r=>o`<${T} key=${r.id} model=${t} person=${r} note=${r.name} />`}
      />
    </div>
  </div>`}var x=[{name:"people",title:"adminPeople",icon:"person",least:"moderator",Page:H}];function q({model:t,selected:n}){let i=x.filter(({least:e})=>h(t.me,e));return o`
    <${$} title=${s("administration")} back=${l("settings")} stays />
    ${t.me&&!i.length&&o`<${p} icon="lock" text=${s("notForYou")} />`}
    <ul class="rows">
      ${i.map(({name:e,title:r,icon:a})=>o`<li key=${e} class=${n===e?"row selected":"row"}>
            <a class="row-main setting" href=${l("admin",e)} aria-current=${n===e?"page":void 0}>
              <${g} name=${a} />${s(r)}
            </a>
          </li>`)}
    </ul>
  `}function B({model:t,name:n,more:i}){let e=x.find(r=>r.name===n);return t.me?e&&h(t.me,e.least)?o`<${e.Page} model=${t} more=${i} />`:o`<div class="page">
    <${$} title=${s("administration")} back=${l("admin")} />
    <${p} icon="lock" text=${s("notForYou")} />
  </div>`:o`<div class="spinner" role="status"><span class="hidden">${s("loading")}</span></div>`}k({en:L,zh:A});export{q as Administration,B as Section};
