//! Actions: quick actions of pages (`/quickActions`) and invocable actions (`/actions`).

mod invocable;
mod quick;
mod run;

use axum::Router;
use axum::routing::get;

use super::Shared;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/quickActions", get(quick::list_global))
        .route(
            "/quickActions/{name}",
            get(quick::show_global).post(quick::run_global),
        )
        .route("/quickActions/{name}/describe", get(quick::describe_global))
        .route(
            "/quickActions/{name}/defaultValues",
            get(quick::defaults_global),
        )
        .route(
            "/quickActions/{name}/defaultValues/{id}",
            get(quick::defaults_global_of),
        )
        .route("/sobjects/{object}/quickActions", get(quick::list))
        .route(
            "/sobjects/{object}/quickActions/{name}",
            get(quick::show).post(quick::run),
        )
        .route(
            "/sobjects/{object}/quickActions/{name}/describe",
            get(quick::describe),
        )
        .route(
            "/sobjects/{object}/quickActions/{name}/defaultValues",
            get(quick::defaults),
        )
        .route(
            "/sobjects/{object}/quickActions/{name}/defaultValues/{id}",
            get(quick::defaults_of),
        )
        .route("/actions", get(invocable::index))
        .route("/actions/standard", get(invocable::standard))
        .route(
            "/actions/standard/{name}",
            get(invocable::describe_standard).post(invocable::run_standard),
        )
        .route("/actions/custom", get(invocable::custom))
        .route("/actions/custom/{kind}", get(invocable::custom_of))
        .route(
            "/actions/custom/{kind}/{name}",
            get(invocable::describe_custom).post(invocable::run_custom),
        )
}
