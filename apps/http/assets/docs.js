// Starts Swagger UI in the browser. It is a file of its own, because the page's Content-Security-Policy allows no inline script.
window.SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: '/openapi.json',
  presets: [window.SwaggerUIBundle.presets.apis],
  tryItOutEnabled: true,
  // The token stays in the memory of the page, and the document is sent to no validator.
  persistAuthorization: false,
  validatorUrl: null,
});
