"use strict";
(() => {
  const COLLAPSED_FROM = 2000, LISTED = 200;
  const { tables, links } = JSON.parse(document.getElementById("data").textContent);
  const { Graph, Sigma } = window.lakeindexGraph;
  const at = (id) => document.getElementById(id);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  // On a server tables and joins have pages of their own.
  const hasPages = at("graph").dataset.pages === "yes";
  const tablePage = (name) => `/table/${name.split("/").map(encodeURIComponent).join("/")}`;
  const joinPage = (link) => `/join?${new URLSearchParams({ left_table: tables[link.c][NAME], left_column: link.k[0][0], right_table: tables[link.p][NAME], right_column: link.k[0][1] })}`;
  const [NAME, ROWS, COLUMNS, X, Y, COMMUNITY] = [0, 1, 2, 3, 4, 5];
  const isCollapsed = tables.length > COLLAPSED_FROM;
  const expanded = new Set();
  const members = new Map();
  tables.forEach((table, number) => {
    if (!members.has(table[COMMUNITY])) members.set(table[COMMUNITY], []);
    members.get(table[COMMUNITY]).push(number);
  });
  const linksOf = tables.map(() => []);
  links.forEach((link, number) => {
    linksOf[link.c].push(number);
    if (link.p !== link.c) linksOf[link.p].push(number);
  });
  let least = Number(at("least").value), wanted = "", selected = null;

  const element = (tag, text, parent, attributes = {}) => {
    const made = document.createElement(tag);
    if (text !== null) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    parent.append(made);
    return made;
  };
  const button = (text, parent, act, attributes = {}) => {
    const made = element("button", text, parent, { type: "button", ...attributes });
    made.addEventListener("click", act);
    return made;
  };
  const likely = (link) => link.w >= least;
  const label = (link) => link.k.map(([child, parent]) => (child === parent ? child : `${child} = ${parent}`)).join(", ");
  const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
  const sql = (link) =>
    `SELECT *\nFROM ${quoted(tables[link.c][NAME])} AS child\nJOIN ${quoted(tables[link.p][NAME])} AS parent\n  ON ` +
    link.k.map(([child, parent]) => `child.${quoted(child)} = parent.${quoted(parent)}`).join("\n AND ");
  const isWanted = (number) => {
    const table = tables[number];
    if (table[NAME].toLowerCase().includes(wanted)) return true;
    return linksOf[number].some((place) => {
      const link = links[place];
      return link.k.some(([child, parent]) =>
        (link.c === number && `${table[NAME]} · ${child}`.toLowerCase().includes(wanted)) ||
        (link.p === number && `${table[NAME]} · ${parent}`.toLowerCase().includes(wanted)));
    });
  };

  // A table stands for itself, or in a large lake for its community until that is opened.
  const nodeOf = (number) => {
    const community = tables[number][COMMUNITY];
    const stands = isCollapsed && !expanded.has(community) && members.get(community).length > 1;
    return stands ? `community ${community}` : `table ${number}`;
  };
  const hubOf = (numbers) => numbers.reduce((one, other) => (linksOf[other].length > linksOf[one].length ? other : one));
  const addNode = (graph, number) => {
    const node = nodeOf(number);
    if (graph.hasNode(node)) return node;
    const community = tables[number][COMMUNITY], numbers = members.get(community);
    if (node.startsWith("table")) {
      const table = tables[number];
      graph.addNode(node, { x: table[X], y: table[Y], size: 3 + Math.min(9, Math.sqrt(linksOf[number].length)), label: table[NAME], color: colour("--mark") });
    } else {
      const middle = (axis) => numbers.reduce((sum, one) => sum + tables[one][axis], 0) / numbers.length;
      graph.addNode(node, { x: middle(X), y: middle(Y), size: 5 + Math.min(18, Math.sqrt(numbers.length)), label: `${tables[hubOf(numbers)][NAME]} and ${numbers.length - 1} more`, color: colour("--ink") });
    }
    return node;
  };
  const build = () => {
    const graph = new Graph({ multi: true, type: "directed" });
    tables.forEach((_, number) => addNode(graph, number));
    links.forEach((link, place) => {
      const ends = [nodeOf(link.c), nodeOf(link.p)];
      if (likely(link) && (ends[0] !== ends[1] || ends[0].startsWith("table"))) {
        graph.addEdgeWithKey(String(place), ends[0], ends[1], { size: 0.5 + 2 * link.w, color: colour("--edge"), type: "arrow" });
      }
    });
    return graph;
  };
  const isNear = (node) => {
    if (selected === null) return true;
    if (node === selected) return true;
    return renderer.getGraph().hasNode(selected) && renderer.getGraph().areNeighbors(node, selected);
  };
  const renderer = new Sigma(build(), at("graph"), {
    enableEdgeEvents: true, labelColor: { color: colour("--ink") }, labelDensity: isCollapsed ? 0.2 : 0.6, labelRenderedSizeThreshold: isCollapsed ? 6 : 4, renderLabels: true,
    nodeReducer: (node, data) => (isNear(node) ? data : { ...data, color: colour("--soft"), label: "" }),
  });

  const showLink = (place) => {
    const link = links[place], panel = at("details");
    panel.replaceChildren();
    element("h2", `${tables[link.c][NAME]} → ${tables[link.p][NAME]}`, panel);
    const list = element("dl", null, panel);
    const facts = [["columns", label(link)], ["probability", link.w.toFixed(2)], ["known as", link.m], ["cardinality", link.n]];
    if (link.o !== null) facts.push(["without parent", `${(100 * link.o).toFixed(1)} % of the values`]);
    if (link.e) facts.push(["evidence", link.e]);
    facts.forEach(([name, value]) => { element("dt", name, list); element("dd", value, list); });
    element("pre", sql(link), panel, { tabindex: "0", "aria-label": "SQL of the join" });
    if (hasPages) element("a", "Why, and the rows of the join", element("p", null, panel), { href: joinPage(link) });
    [link.c, link.p].forEach((number) => button(tables[number][NAME], panel, () => showTable(number)));
    panel.focus();
  };
  const showTable = (number) => {
    const table = tables[number], panel = at("details");
    if (isCollapsed && !expanded.has(table[COMMUNITY])) { expanded.add(table[COMMUNITY]); renderer.setGraph(build()); }
    selected = nodeOf(number);
    panel.replaceChildren();
    element("h2", table[NAME], panel);
    element("p", `${table[ROWS].toLocaleString("en")} rows, ${table[COLUMNS]} columns`, panel);
    if (hasPages) element("a", "Its columns, and what joins with each", element("p", null, panel), { href: tablePage(table[NAME]) });
    const shown = linksOf[number].filter((place) => likely(links[place]));
    element("p", shown.length ? "Its relationships:" : "No relationship is so likely.", panel);
    const list = element("ul", null, panel);
    shown.forEach((place) => {
      const link = links[place], other = link.c === number ? link.p : link.c;
      const way = link.c === number ? "refers to" : "is referred to by";
      button(`${way} ${tables[other][NAME]} by ${label(link)} (${link.w.toFixed(2)})`, element("li", null, list), () => showLink(place));
    });
    panel.focus();
    renderer.refresh();
    const place = renderer.getNodeDisplayData(selected);
    if (place) renderer.getCamera().animate({ x: place.x, y: place.y, ratio: 0.25 }, { duration: 200 });
    listTables();
  };
  const listTables = () => {
    const found = [];
    for (let number = 0; number < tables.length; number += 1) if (isWanted(number)) found.push(number);
    const list = at("tables");
    list.replaceChildren();
    found.slice(0, LISTED).forEach((number) => {
      const attributes = selected === `table ${number}` ? { "aria-current": "true" } : {};
      button(tables[number][NAME], element("li", null, list), () => showTable(number), attributes);
    });
    if (found.length > LISTED) element("li", `and ${(found.length - LISTED).toLocaleString("en")} more: search for them`, list);
    const shown = links.filter(likely).length;
    at("status").textContent = `${found.length.toLocaleString("en")} of ${tables.length.toLocaleString("en")} tables, ${shown.toLocaleString("en")} relationships`;
  };

  renderer.on("clickEdge", ({ edge }) => showLink(Number(edge)));
  renderer.on("clickNode", ({ node }) => {
    const number = Number(node.split(" ")[1]);
    if (node.startsWith("table")) { showTable(number); return; }
    expanded.add(number);
    renderer.setGraph(build());
  });
  renderer.on("clickStage", () => { selected = null; at("details").replaceChildren(); renderer.refresh(); listTables(); });
  at("search").addEventListener("input", (event) => { wanted = event.target.value.trim().toLowerCase(); listTables(); });
  at("least").addEventListener("input", (event) => {
    least = Number(event.target.value);
    at("shown-least").textContent = least.toFixed(2);
    renderer.setGraph(build());
    listTables();
  });
  // A link to the page may name a table: map.html#orders.csv
  const openLinked = () => {
    const named = decodeURIComponent(window.location.hash.slice(1));
    const number = tables.findIndex((table) => table[NAME] === named);
    if (number >= 0) showTable(number);
  };
  window.addEventListener("hashchange", openLinked);
  document.addEventListener("theme", () => {
    renderer.setSetting("labelColor", { color: colour("--ink") });
    renderer.setGraph(build());
  });
  listTables();
  openLinked();
  document.documentElement.dataset.ready = "yes";
})();
