document.body.textContent = 'hello vite';
