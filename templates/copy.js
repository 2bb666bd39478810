// Makes the copy buttons of the feeds page work. Without it an address is selected and copied by hand.
const status = document.querySelector('[data-copied]');

async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without TLS or permission: what is selected is copied the old way.
    document.execCommand('copy');
  }
}

for (const button of document.querySelectorAll('button[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener('click', async () => {
    await copy(field);
    status.textContent = '';
    // A screen reader says the same words again only when they are new.
    requestAnimationFrame(() => { status.textContent = `${status.dataset.copied}: ${field.value}`; });
  });
}
