/* Island: the browsable API description, drawn by Swagger UI from our own OpenAPI document. */
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

const box = document.querySelector("[data-openapi]");

if (box) {
  box.replaceChildren();
  SwaggerUI({
    domNode: box,
    url: box.dataset.openapi,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    persistAuthorization: false,
  });
}
