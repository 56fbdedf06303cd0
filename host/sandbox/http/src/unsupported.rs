//! APIs that this org's users have no right to, rejected as Salesforce rejects them: Connect (Chatter), and the deploying
//! half of the Metadata API. The SOAP half is in [`soap`](super::soap).

use axum::Router;
use axum::routing::any;

use super::Shared;
use super::response::ErrorResponse;
use sandbox_model::api_error::ApiError;

/// What the Metadata API says to users without the permission.
pub(super) const METADATA: &str =
    "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions";

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/chatter", any(connect))
        .route("/chatter/{*rest}", any(connect))
        .route("/connect", any(connect))
        .route("/connect/{*rest}", any(connect))
        .route("/metadata/{*rest}", any(metadata))
}

async fn connect() -> ErrorResponse {
    let message = "The Chatter Connect API is not enabled for this organization or user type.";
    ApiError::new("API_DISABLED_FOR_ORG", message).into()
}

async fn metadata() -> ErrorResponse {
    ApiError::new("INSUFFICIENT_ACCESS", METADATA).into()
}
