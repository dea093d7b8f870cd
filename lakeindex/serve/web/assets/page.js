"use strict";
// What pages do beyond their HTML: suggestions, keys, colours, copying, and figures that are fetched. Without it all of
// them work; nothing here writes HTML of its own.
(() => {
  const search = document.getElementById("q"), suggestions = document.getElementById("suggestions");
  const within = (selector, root = document) => [...root.querySelectorAll(selector)];
  const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
  // A server that is busy says when to ask again.
  const parsed = async (address) => {
    let answer = await fetch(address, { headers: { Accept: "text/html" } });
    for (let tries = 0; answer.status === 429 && tries < 20; tries += 1) {
      await wait(Number(answer.headers.get("Retry-After") ?? 1));
      answer = await fetch(address, { headers: { Accept: "text/html" } });
    }
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // Suggestions while somebody types (the ARIA combobox pattern).
  let asked = 0, timer = 0;
  const options = () => within("[role=option]", suggestions);
  const chosen = () => suggestions.querySelector("[aria-selected=true]");
  const choose = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) { search.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else search.removeAttribute("aria-activedescendant");
  };
  const unfold = (isOpen) => {
    suggestions.hidden = !isOpen;
    search.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) choose(null);
  };
  const suggest = async () => {
    const text = search.value.trim(), number = (asked += 1);
    if (!text) { unfold(false); return; }
    try {
      const page = await parsed(`/suggest?q=${encodeURIComponent(text)}`);
      if (number !== asked || document.activeElement !== search) return;
      suggestions.replaceChildren(...page.body.children);
      unfold(options().length > 0);
    } catch { unfold(false); }
  };
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list" })) search.setAttribute(name, value);
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, 90); });
  search.addEventListener("focus", () => { if (search.value.trim() && options().length) unfold(true); });
  search.addEventListener("blur", () => setTimeout(() => unfold(false), 150));
  search.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options(), place = all.indexOf(chosen());
    if (event.key === "Escape" && !suggestions.hidden) { unfold(false); event.preventDefault(); }
    else if (event.key === "Enter" && !suggestions.hidden && chosen()) { event.preventDefault(); chosen().click(); }
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !suggestions.hidden) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(place + step + (place < 0 && step < 0 ? 1 : 0) + all.length) % all.length]);
      event.preventDefault();
    } else if (event.key === "ArrowDown") { move(1); event.preventDefault(); }
  });

  // Keys: "/" searches, arrows move in what is listed, right and left open and close why.
  const listed = () => within("[data-key]").filter((one) => one.checkVisibility());
  const move = (step) => {
    const all = listed(), place = all.indexOf(document.activeElement);
    const next = place < 0 ? all[step > 0 ? 0 : all.length - 1] : all[place + step];
    if (next) next.focus();
    else if (place === 0) search.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, [role=region], #graph")) return;
    if (event.key === "/") { search.focus(); search.select(); event.preventDefault(); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (listed().length && (event.target.matches("[data-key]") || event.target === document.body)) { move(event.key === "ArrowDown" ? 1 : -1); event.preventDefault(); }
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const why = event.target.closest(".partner")?.querySelector("details");
      if (why) { why.open = event.key === "ArrowRight"; event.preventDefault(); }
    }
  });

  // The colours of the system, or light or dark ones, which the server is told by a cookie.
  const theme = document.getElementById("theme"), root = document.documentElement, themes = ["", "light", "dark"];
  const nameTheme = () => {
    const name = { "": "Auto", light: "Light", dark: "Dark" }[root.dataset.theme ?? ""];
    theme.textContent = name;
    theme.setAttribute("aria-label", `Colours: ${name}`);
  };
  theme.hidden = false;
  nameTheme();
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "") + 1) % themes.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    document.cookie = `theme=${next}; path=/; max-age=${next ? 31536000 : 0}; samesite=strict`;
    nameTheme();
    document.dispatchEvent(new Event("theme"));
  });

  // Copying.
  for (const button of within("[data-copies]")) {
    const source = document.getElementById(button.dataset.copies), says = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = source.dataset.text ?? source.textContent;
      try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; }
      catch { getSelection().selectAllChildren(source); button.textContent = "Selected: press Ctrl+C"; }
      setTimeout(() => { button.textContent = says; }, 2500);
    });
  }

  // Parts that take a while: the page that is fetched has them, each under the id of its place in this one, or says that
  // they are still looked for.
  const fill = async (place) => {
    place.setAttribute("aria-busy", "true");
    try {
      let page = await parsed(place.dataset.fetch), again = null;
      while ((again = page.querySelector("[data-again]"))) {
        await wait(Number(again.dataset.again));
        page = await parsed(place.dataset.fetch);
      }
      for (const part of within("[data-part]", page)) document.getElementById(part.dataset.part)?.replaceChildren(...part.childNodes);
      place.dataset.fetched = "yes";
    } catch { place.dataset.fetched = "no"; }
    place.removeAttribute("aria-busy");
  };
  within("[data-fetch]").forEach(fill);
})();
