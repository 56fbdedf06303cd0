//! What pages are made of: layouts, compact layouts, list views, tabs, themes, menus.

mod compact;
mod layouts;
mod list_views;
mod menus;

use axum::Router;
use axum::routing::get;

use super::Shared;
use sandbox_core::org::Org;
use sandbox_model::schema::Object;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/tabs", get(menus::tabs))
        .route("/theme", get(menus::theme))
        .route("/appMenu", get(menus::menus))
        .route("/appMenu/{menu}", get(menus::menu))
        .route("/compactLayouts", get(compact::several))
        .route("/sobjects/{object}/describe/layouts", get(layouts::all))
        .route(
            "/sobjects/{object}/describe/layouts/{kind}",
            get(layouts::one),
        )
        .route(
            "/sobjects/{object}/describe/namedLayouts/{name}",
            get(layouts::named),
        )
        .route(
            "/sobjects/{object}/describe/approvalLayouts",
            get(layouts::approvals),
        )
        .route(
            "/sobjects/{object}/describe/approvalLayouts/{name}",
            get(layouts::approval),
        )
        .route(
            "/sobjects/{object}/describe/compactLayouts",
            get(compact::all),
        )
        .route(
            "/sobjects/{object}/describe/compactLayouts/{kind}",
            get(compact::one),
        )
        .route("/sobjects/{object}/listviews", get(list_views::list))
        .route("/sobjects/{object}/listviews/{id}", get(list_views::one))
        .route(
            "/sobjects/{object}/listviews/{id}/describe",
            get(list_views::describe),
        )
        .route(
            "/sobjects/{object}/listviews/{id}/results",
            get(list_views::results),
        )
}

/// Position of an object among all: its layouts are numbered so.
fn place(org: &Org, object: &Object) -> usize {
    let objects = org.schema().objects().iter();
    objects
        .take_while(|known| known.name != object.name)
        .count()
}
