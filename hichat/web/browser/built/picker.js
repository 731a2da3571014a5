var b=r=>r.replaceAll("️","");var J=8,Q=160,V=2*J,L=[["emojiSmileys","😀"],["emojiPeople","👋"],["emojiNature","🐻"],["emojiFood","🍔"],["emojiTravel","✈️"],["emojiActivities","⚽"],["emojiObjects","💡"],["emojiSymbols","❤️"],["emojiFlags","🏁"]],O=["✋","✋🏻","✋🏼","✋🏽","✋🏾","✋🏿"],v={ArrowRight:1,ArrowLeft:-1,ArrowDown:1,ArrowUp:-1};function to({html:r,useEffect:c,useElement:f,useLayoutEffect:l,useState:t},{language:n,t:e}){return function({usual:p,choose:j}){let[$,E]=t(null),[x,K]=t(new Map),[M,D]=t(!1),[g,F]=t(""),[d,I]=t(0),[h,N]=t(!1),[w,R]=t(p.tone),[z,T]=t(0),A=f(),y=f(),P=async()=>{D(!1);try{E(await q(n))}catch{D(!0)}};c(()=>{P()},[]);let u=g.trim()!=="";c(()=>{!u||x.size||q(n==="en"?"zh":"en").then(o=>K(new Map(o.flat().map(s=>[s.emoji,`${s.label} ${s.words}`])))).catch(()=>{})},[u]),l(()=>{let o=matchMedia("(hover: hover)").matches?"input":"button[aria-pressed]";A.current.querySelector(o)?.focus()},[]);let C=$?u?Z($,x,g):$[d]:[],k=$&&!u&&d===0?X($,p):[],W=o=>w&&o.tones[w-1]||o.emoji,B=o=>{I(o),F(""),T(0),y.current&&(y.current.scrollTop=0)},G=o=>{p.choose(o),R(o),N(!1)},H=o=>{let{target:s}=o,a=[...y.current?.querySelectorAll("button")??[]];if(s.tagName==="INPUT")if(o.key==="ArrowDown")a[0]?.focus();else if(o.key==="Enter"&&u&&!o.isComposing)a[0]?.click();else return;else if(o.key in v){let m=s.closest(".emoji-grid")?a:[...s.parentElement.querySelectorAll("button")],U=o.key==="ArrowDown"||o.key==="ArrowUp"?Y(s,m,v[o.key]):m[m.indexOf(s)+v[o.key]];U?U.focus():o.key==="ArrowUp"?A.current.querySelector("input").focus():o.key==="ArrowDown"&&m!==a&&a[0]?.focus()}else return;o.preventDefault(),o.stopPropagation()},S=(o,s,a)=>r`<button
        type="button"
        key=${`${s<k.length} ${a}`}
        tabindex=${s===z?0:-1}
        aria-label=${o.label}
        title=${o.label}
        onFocus=${()=>T(s)}
        onClick=${()=>j(a)}
      >${a}</button>`;return r`<div class="emojis" ref=${A} onKeyDown=${H}>
      <div class="emoji-search">
        <input
          type="search"
          value=${g}
          placeholder=${e("emojiSearch")}
          aria-label=${e("emojiSearch")}
          maxlength="60"
          autocomplete="off"
          onInput=${o=>{F(o.currentTarget.value),T(0)}}
        />
        <button type="button" class="emoji-tone" aria-label=${e("skinTone")} title=${e("skinTone")} aria-expanded=${h} onClick=${()=>N(!h)}>
          ${O[w]}
        </button>
      </div>
      ${h?r`<div class="emoji-tabs" role="group" aria-label=${e("skinTone")}>
              ${O.map((o,s)=>r`<button type="button" key=${o} aria-label=${e(`skinTone${s}`)} title=${e(`skinTone${s}`)} aria-pressed=${w===s} onClick=${()=>G(s)}>${o}</button>`)}
            </div>`:r`<div class="emoji-tabs" role="group" aria-label=${e("emoji")}>
              ${L.map(([o,s],a)=>r`<button type="button" key=${o} aria-label=${e(o)} title=${e(o)} aria-pressed=${!u&&d===a} onClick=${()=>B(a)}>${s}</button>`)}
            </div>`}
      ${M&&r`<p class="hint" role="alert">${e("offlineProblem")} <button type="button" class="plain" onClick=${P}>${e("tryAgain")}</button></p>`}
      ${!$&&!M&&r`<div class="spinner" role="status"><span class="hidden">${e("loading")}</span></div>`}
      ${$&&!C.length&&r`<p class="hint" role="status">${e("nothingFound")}</p>`}
      ${$&&C.length>0&&r`<div class="emoji-grid" ref=${y} role="group" aria-label=${e(u?"emojiFound":L[d][0])}>
          ${k.length>0&&r`<h3 key="last">${e("emojiRecent")}</h3>`}
          ${k.map((o,s)=>S(o,s,o.emoji))}
          ${k.length>0&&r`<h3 key="all">${e(L[d][0])}</h3>`}
          ${C.map((o,s)=>S(o,k.length+s,W(o)))}
        </div>`}
    </div>`}}async function q(r){let c=await fetch(new URL(`./emojis-${r}.json`,import.meta.url));if(!c.ok)throw new Error("no emoji");return(await c.json()).map(l=>l.map(([t,n,e,i])=>({emoji:t,label:n,words:e,tones:i?i.split(" "):[]})))}function X(r,c){let f=new Map(r.flat().flatMap(t=>[t.emoji,...t.tones].map(n=>[b(n),t])));return c.recent.flatMap(t=>{let n=f.get(b(t));return n?[{...n,emoji:t,tones:[]}]:[]}).slice(0,V)}function Y(r,c,f){let{offsetTop:l,offsetLeft:t}=r,n=c.filter(i=>(i.offsetTop-l)*f>0),e=f>0?n[0]?.offsetTop:n.at(-1)?.offsetTop;return n.filter(i=>i.offsetTop===e).sort((i,p)=>Math.abs(i.offsetLeft-t)-Math.abs(p.offsetLeft-t))[0]}function Z(r,c,f){let l=f.trim().toLowerCase().split(/\s+/),t=[];for(let n of r.flat()){let e=n.label.toLowerCase(),i=`${e} ${n.words} ${c.get(n.emoji)??""}`.toLowerCase();if(b(n.emoji)===b(l[0]))t.push({each:n,rank:0});else if(l.every(p=>i.includes(p))){let p=l.every(j=>` ${i}`.includes(` ${j}`));t.push({each:n,rank:e.startsWith(l[0])?1:p?2:3})}}return t.sort((n,e)=>n.rank-e.rank).slice(0,Q).map(({each:n})=>n)}export{to as makePicker,Z as search};
