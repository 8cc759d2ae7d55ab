/* The theme names no landmarks: a screen reader could not jump to the content, nor past the head of the page. */
document.addEventListener("DOMContentLoaded", () => {
  const give = (selector, role) => {
    const element = document.querySelector(selector);
    if (element && !element.closest("main, header, [role=main], [role=banner]")) element.setAttribute("role", role);
  };
  const head = document.querySelector("#header-inner");
  if (head) head.parentElement.parentElement.setAttribute("role", "banner");
  give("#content", "main");
});

/* select2 gives the field that it draws no name: it takes the one of the field behind it. */
const nameChoices = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const drawn = select.parentElement.querySelector(".select2-selection__rendered");
    const name = select.getAttribute("aria-label") || select.labels?.[0]?.textContent.trim();
    if (drawn && name) drawn.setAttribute("aria-label", name);
  }
};
window.addEventListener("load", nameChoices);
document.addEventListener("formset:added", () => setTimeout(nameChoices));
