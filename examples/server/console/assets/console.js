// What a page does by itself: live parts, forms that are sent without leaving the
// page, keys, speech, and drafts that save themselves. Everything works without it.
"use strict";
(() => {
  const $ = (s, e = document) => e.querySelector(s), $$ = (s, e = document) => [...e.querySelectorAll(s)];
  const banner = $("#banner"), wrong = $("#wrong");
  const typing = e => e && (e.matches("input:not([type=checkbox],[type=radio],[type=submit]),textarea,select") || e.isContentEditable);

  // What was typed stays as it was typed, whatever else of the page is brought up to date.
  const typed = new WeakSet();
  document.addEventListener("input", e => { if (typing(e.target) && !e.target.closest("form[data-auto]")) typed.add(e.target); });

  const tell = text => { wrong.textContent = text; wrong.hidden = !text; if (text) wrong.scrollIntoView({ block: "nearest" }); };
  const morph = (el, html) => {
    const log = $(".timeline", el), low = log && log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    Idiomorph.morph(el, html, { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks: {
      // what a person opened stays open, and what is being changed stays as it is
      beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details")),
      beforeNodeMorphed: old => !(typed.has(old) || old === document.activeElement && old.matches && old.matches("select")),
      // the button that was pressed may be another one now, and says so
      afterNodeMorphed: (old, now) => { if (old === document.activeElement && old.matches("button")) old.replaceChildren(...now.cloneNode(true).childNodes); },
    } });
    const now = $(".timeline", el);
    if (now && low) now.scrollTop = now.scrollHeight;
    speak();
  };

  for (const el of $$("[data-live]")) {
    let stream;
    const open = () => {
      stream = new EventSource(el.dataset.live);
      stream.onopen = () => { banner.hidden = true; };
      stream.onmessage = e => morph(el, e.data);
      stream.onerror = () => {
        banner.hidden = false;
        if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000);
      };
    };
    open();
    addEventListener("pagehide", () => stream.close());
    addEventListener("pageshow", e => { if (e.persisted) open(); });
  }

  // Forms that change something on this page: the live part shows what became of it.
  // One after the other: keys that are pressed fast arrive in their order.
  const actionOf = form => new URL(form.getAttribute("action"), document.baseURI).href; // a field may be called "action"
  let sent = Promise.resolve();
  const send = (form, button) => {
    const body = new URLSearchParams(new FormData(form, button)), action = actionOf(form);
    sent = sent.then(() => post(action, body));
  };
  const post = async (action, body) => {
    try {
      const r = await fetch(action, { method: "POST", body, headers: { "X-Script": "1" } });
      if (r.status === 204) {
        tell("");
        const next = r.headers.get("X-Next");
        if (next && !$("[data-live]")) location = new URL(next, action);
        return;
      }
      tell(await r.text());
    } catch { tell("The server cannot be reached. Nothing was changed; try again in a moment."); }
  };
  const words = data => new URLSearchParams([...data].filter(([, v]) => typeof v === "string"));
  document.addEventListener("submit", e => {
    if (e.target.matches("form[data-send]")) { e.preventDefault(); send(e.target, e.submitter); }
    else if (e.target.enctype === "multipart/form-data" && $$("input[type=file]", e.target).some(f => f.files.length)) { e.preventDefault(); upload(e.target, e.submitter); }
  });

  // A form with a file says how far it has come.
  const upload = (form, button) => {
    const to = new XMLHttpRequest(), bar = document.createElement("progress"), at = button && button.closest(".pick") || form;
    const end = text => {
      bar.remove();
      if (button) button.disabled = false;
      form.dispatchEvent(new Event("input", { bubbles: true })); // it is not taken
      tell(text);
    };
    bar.max = 1; bar.value = 0; bar.setAttribute("aria-label", "Uploaded so far");
    at.append(bar);
    to.upload.onprogress = e => { if (e.lengthComputable) bar.value = e.loaded / e.total; };
    to.onerror = () => end("The server cannot be reached. Nothing was uploaded; what you typed is still here.");
    to.onload = () => {
      if (to.status !== 204 && /html/.test(to.getResponseHeader("Content-Type"))) { // the page again, with what to put right
        const page = new DOMParser().parseFromString(to.responseText, "text/html");
        end("");
        Idiomorph.morph($("main"), $("main", page).innerHTML, { morphStyle: "innerHTML" });
        ($("[aria-invalid]") || $("main")).focus();
        return;
      }
      if (to.status !== 204) { end(to.responseText); return; }
      const next = new URL(to.getResponseHeader("X-Next"), actionOf(form)), here = next.href.split("#")[0] === location.href.split("#")[0];
      location = next;
      if (here) location.reload();
    };
    to.open("POST", actionOf(form));
    to.setRequestHeader("X-Script", "file");
    const body = new FormData(form, button);
    if (button) button.disabled = true;
    to.send(body);
  };
  document.addEventListener("change", e => {
    const form = e.target.closest("form[data-auto]");
    if (form) send(form);
  });

  // What the check finds stands at the field, too, and goes when it is put right.
  const mark = form => {
    for (const e of $$("[aria-invalid]", form)) e.removeAttribute("aria-invalid");
    for (const e of $$(".field-wrong", form)) e.remove();
    for (const li of $$("#checked [data-fault]")) {
      const a = $("a", li), at = a && document.getElementById(decodeURIComponent(a.hash.slice(1)));
      if (!at || !form.contains(at)) continue;
      const field = at.matches("input,select,textarea") ? at : $("select,input,textarea", at), p = document.createElement("p");
      field.setAttribute("aria-invalid", "true");
      p.className = "field-wrong";
      p.textContent = li.dataset.fault[0].toUpperCase() + li.dataset.fault.slice(1) + ".";
      (at.closest(".key,.day,.field") || form).append(p);
    }
  };

  // A draft saves itself a moment after the last change.
  for (const form of $$("form[data-draft]")) {
    let timer, busy = false, again = false;
    const state = $("#draft-state");
    const save = async () => {
      clearTimeout(timer); timer = 0;
      if (busy) { again = true; return; }
      busy = true;
      state.textContent = "Saving…";
      try {
        const r = await fetch(form.dataset.draft, { method: "POST", body: words(new FormData(form)), headers: { "X-Script": "draft" } });
        if (r.ok) { morph($("#checked"), await r.text()); mark(form); state.textContent = timer || again ? "…" : "Draft saved"; } else { state.textContent = "Not saved"; tell(await r.text()); }
      } catch { state.textContent = "Not saved: the server cannot be reached. What you typed is still here."; timer = setTimeout(save, 3000); }
      busy = false;
      if (again) { again = false; save(); }
    };
    form.addEventListener("input", () => { clearTimeout(timer); state.textContent = "…"; timer = setTimeout(save, 500); });
    addEventListener("beforeunload", e => { if (timer || busy) { if (timer) save(); e.preventDefault(); } });
    form.addEventListener("submit", () => { clearTimeout(timer); timer = 0; busy = false; });
  }

  // Whether an extension can be had, while it is typed.
  let asked = 0;
  document.addEventListener("input", e => {
    const url = e.target.dataset && e.target.dataset.free;
    if (!url) return;
    clearTimeout(asked);
    asked = setTimeout(async () => {
      try {
        const r = await fetch(url + (url.includes("?") ? "&" : "?") + "extension=" + encodeURIComponent(e.target.value));
        if (r.ok) $("#" + CSS.escape(e.target.getAttribute("aria-describedby"))).textContent = await r.text();
      } catch { /* it is checked when it is saved */ }
    }, 200);
  });

  // Speech: off until somebody turns it on; remembered here.
  // What was said before this page was opened is not said again, but for a call placed just now.
  const placed = new URL(location), fresh = placed.searchParams.has("placed");
  if (fresh) { placed.searchParams.delete("placed"); history.replaceState(null, "", placed); }
  const said = new Set(fresh ? [] : $$("[data-say]").map(e => e.dataset.say));
  const aloud = () => { try { return localStorage.getItem("extflow-speech") === "on"; } catch { return false; } };
  const speak = () => {
    for (const box of $$("[data-speech]")) box.checked = aloud();
    for (const e of $$("[data-say]")) {
      if (said.has(e.dataset.say)) continue;
      said.add(e.dataset.say);
      if (aloud()) aside = aside.then(heard(e.dataset.play, e.textContent, hush));
    }
    hold();
  };

  // What is heard, one after the other: words by the browser, files by their players. A key stops
  // what is being said, and not the music; whoever hangs up hears nothing more.
  let aside = Promise.resolve(), hush = 0, now, held;
  const player = id => $("#" + CSS.escape(id) + " audio");
  const heard = (file, text, at) => () => at !== hush ? undefined : new Promise(over => {
    if (file) {
      now = player(file);
      now.onended = now.onerror = now.onpause = over;
      now.play().catch(over);
    } else if ("speechSynthesis" in window && !text.startsWith("♪")) {
      const said = new SpeechSynthesisUtterance(text);
      said.onend = said.onerror = over;
      speechSynthesis.speak(said);
    } else over();
  });
  const hold = () => {
    const music = $("[data-music]"), next = music && aloud() ? player(music.dataset.music) : null;
    if (next === held) return;
    if (held) held.pause();
    held = next;
    if (held) aside = aside.then(() => { if (held) held.play().catch(() => {}); });
  };
  const quiet = () => {
    hush++;
    if (now) now.pause();
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  };
  document.addEventListener("change", e => {
    if (!e.target.matches("[data-speech]")) return;
    try { localStorage.setItem("extflow-speech", e.target.checked ? "on" : "off"); } catch { /* kept for this page alone */ }
    if (!e.target.checked) quiet();
    speak();
  });
  document.addEventListener("click", e => {
    const b = e.target.closest("[data-hear]");
    if (b && "speechSynthesis" in window) {
      const text = $("#" + CSS.escape(b.dataset.hear));
      speechSynthesis.cancel();
      speechSynthesis.speak(new SpeechSynthesisUtterance(text ? text.value : ""));
    }
    const copied = e.target.closest("[data-copy]");
    if (copied) copy(copied, $("#" + CSS.escape(copied.dataset.copy)));
    if (e.target.closest("[data-key],[data-hangup]")) quiet();
    const d = e.target.closest("[data-dialog]");
    if (d) $("#" + d.dataset.dialog).showModal();
  });
  speak();

  // What is copied is also selected, for where a page may not copy.
  const copy = async (button, from) => {
    const words = button.textContent;
    getSelection().selectAllChildren(from);
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(from.textContent); else if (!document.execCommand("copy")) throw 0;
      button.textContent = "Copied";
    } catch { button.textContent = "Selected: copy it"; }
    setTimeout(() => { button.textContent = words; }, 2000);
  };

  // Keys.
  document.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || $("dialog[open]") || typing(e.target)) return;
    const press = s => { const b = $(s); if (b) { e.preventDefault(); b.click(); } return b; };
    const move = (list, by) => {
      const i = list.indexOf(document.activeElement);
      if (i >= 0) { e.preventDefault(); list[Math.max(0, Math.min(list.length - 1, i + by))].focus(); }
      return i >= 0;
    };
    if (e.key === "?") { e.preventDefault(); $("#keys").showModal(); return; }
    if (/^[0-9*#]$/.test(e.key)) { press(`[data-key="${e.key}"]`); return; }
    const steps = () => $$(".picture .step");
    switch (e.key) {
      case "Escape": press("[data-hangup]"); break;
      case "a": press("[data-answer]"); break;
      case "d": press("[data-decline]"); break;
      case "n": press("[data-next]"); break;
      case "t": { const twin = $(".twin"); if (twin) { twin.open = !twin.open; $("summary", twin).focus(); } break; }
      case "ArrowDown": case "ArrowRight": if (!move(steps(), 1) && e.key === "ArrowRight") press(".replay [rel=next]"); break;
      case "ArrowUp": case "ArrowLeft": if (!move(steps(), -1) && e.key === "ArrowLeft") press(".replay [rel=prev]"); break;
    }
  });
})();
