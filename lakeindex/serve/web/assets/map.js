"use strict";
// Fetches what the map shows, and then the scripts that draw it.
(async () => {
  const own = document.currentScript, status = document.getElementById("status");
  const load = (address) => new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: done, onerror: () => failed(new Error(`${address} can't be loaded`)) });
    document.head.append(script);
  });
  try {
    let answer = await fetch("/map/data");
    while (answer.headers.has("Retry-After")) {
      await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers.get("Retry-After"))));
      answer = await fetch("/map/data");
    }
    if (!answer.ok) throw new Error(answer.statusText);
    document.getElementById("data").textContent = await answer.text();
    await load(own.dataset.graph);
    await load(own.dataset.page);
  } catch (error) {
    status.textContent = `The map can't be drawn: ${error.message}. Load the page again.`;
  }
})();
