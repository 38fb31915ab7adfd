// Starts Swagger UI in the browser. It is a file of its own, because the page's Content-Security-Policy allows no inline script.
window.SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: '/openapi.json',
  presets: [window.SwaggerUIBundle.presets.apis],
  // The page's policy allows it to call its own origin only. Behind a proxy that the server does not trust, the document names http.
  plugins: [
    () => ({
      statePlugins: { spec: { wrapActions: { updateJsonSpec: (update) => (document) => update({ ...document, servers: [{ url: '/' }] }) } } },
    }),
  ],
  tryItOutEnabled: true,
  // The token stays in the memory of the page, and the document is sent to no validator.
  persistAuthorization: false,
  validatorUrl: null,
});
