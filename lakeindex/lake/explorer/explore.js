// Asks the kernel for what is typed or clicked, and shows the HTML that it answers, in which every value is escaped.
function render({ model, el }) {
  el.innerHTML = `
    <div class="lakeindex-explorer">
      <input type="search" aria-label="Search a table or a column" placeholder="Search a table or a column">
      <div class="shown" aria-live="polite"></div>
    </div>`;
  const search = el.querySelector("input");
  const shown = el.querySelector(".shown");
  let waiting;
  const ask = (question) => {
    model.set("asked", question);
    model.save_changes();
  };
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask({ text: search.value }), 200);
  });
  shown.addEventListener("click", (event) => {
    const link = event.target.closest("button[data-table]");
    if (!link) return;
    const { table, column, rightTable, rightColumn } = link.dataset;
    ask(rightTable === undefined ? { table, column } : { table, column, right_table: rightTable, right_column: rightColumn });
  });
  const show = () => { shown.innerHTML = model.get("shown"); };
  model.on("change:shown", show);
  show();
}
export default { render };
