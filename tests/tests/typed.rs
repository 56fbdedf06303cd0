//! The typed interface in the component, as a host in Rust binds it: the same checks as the generic one, and the same operations.

use std::sync::{Arc, LazyLock};

use http_body_util::BodyExt as _;
use mediate::egress::{Egress, EgressSettings, TimeLimits};
use mediate_cli::embedded;
use mediate_cli::simulated_org::service_at;
use sandbox::Org;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wasmtime::component::{Component, Linker, ResourceAny, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// Generated; the contract's own words are in `wit`.
#[allow(missing_docs, clippy::all, reason = "generated code")]
mod bound {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "salesforce",
        exports: { default: async },
        require_store_data_send: true,
        additional_derives: [serde::Deserialize],
    });
}

use bound::Salesforce;
use bound::exports::mediation::connector::types::{Body, Content, Fault, FaultKind};

/// Where the org answers in process.
const IN_PROCESS: &str = "sandbox.localhost";

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
}

struct Hooks(Arc<Egress>);

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let egress = Arc::clone(&self.0);
        let lost = |_| Error::ConnectionTerminated;
        let request = request.map(|body| {
            body.map_err(|_| mediate::egress::Failure::RequestBody)
                .boxed_unsync()
        });
        Box::new(async move {
            let sent = egress.send(request, TimeLimits::default()).await;
            let response = sent.map_err(lost)?;
            let response = response.map(|body| body.map_err(lost).boxed_unsync());
            Ok((response, Box::new(std::future::ready(Ok(()))) as _))
        })
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.hooks,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// The component, bound by its typed world, before an org without data.
struct Bound {
    store: Store<State>,
    world: Salesforce,
    org: Arc<Org>,
}

/// The component in an engine with the settings of wasmtime, compiled once for all tests here.
fn component() -> &'static Component {
    static COMPILED: LazyLock<Component> = LazyLock::new(|| {
        let engine = Engine::new(&Config::new()).expect("an engine");
        Component::new(&engine, embedded::CONNECTOR).expect("the component")
    });
    &COMPILED
}

async fn bound() -> Bound {
    let org = Org::builder().without_data().build().expect("an org");
    let org = Arc::new(org);
    let egress = Egress::new(EgressSettings {
        services: vec![service_at(IN_PROCESS, sandbox::router(Arc::clone(&org)))],
        network: false,
        ..EgressSettings::default()
    });
    let component = component();
    let engine = component.engine();
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).expect("WASI");
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).expect("wasi:http");
    let mut store = Store::new(
        engine,
        State {
            wasi: WasiCtx::builder().build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            hooks: Hooks(egress.expect("a way out")),
        },
    );
    let world = Salesforce::instantiate_async(&mut store, component, &linker)
        .await
        .expect("an instance");
    Bound { store, world, org }
}

/// A record of the contract, as the bindings name its fields.
fn record<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("a record of the contract")
}

fn connection<T: DeserializeOwned>() -> T {
    record(json!({
    "url": format!("https://{IN_PROCESS}"),
    "auth": {"ClientCredentials": {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}},
    }))
}

async fn connected(store: &mut Store<State>, world: &Salesforce) -> ResourceAny {
    let made = world.salesforce_connector_connection();
    let made = made.call_connect(store, &connection()).await;
    made.expect("no trap").expect("a connection")
}

fn input(media_type: &str, body: &str) -> Content {
    Content {
        media_type: media_type.into(),
        body: Body::Text(body.into()),
    }
}

/// A refusal of the config, before which nothing was sent.
fn refused<T>(result: Result<T, Fault>, field: &str) {
    let Err(fault) = result else {
        panic!("{field} is out of its bounds, and was taken");
    };
    assert_eq!(fault.kind, FaultKind::Config, "{}", fault.message);
    assert!(fault.message.contains(field), "{}", fault.message);
    assert_eq!(fault.attempts, 0);
}

#[tokio::test]
async fn bounds_hold_for_typed_configs() {
    let Bound {
        mut store, world, ..
    } = bound().await;
    let connection = connected(&mut store, &world).await;
    let collections = world.salesforce_connector_collections();
    for size in [0, 201, 255] {
        let config = json!({"object": "Account", "all_or_none": false, "batch_size": size});
        let created = collections
            .call_create(
                &mut store,
                connection,
                &record(config),
                &input("text/csv", "Name\nAcme\n"),
            )
            .await;
        refused(created.expect("no trap"), "config.batch-size");
    }
    let query = world.salesforce_connector_query();
    for size in [199, 2001, u16::MAX] {
        let config = json!({
            "soql": "SELECT Id FROM Account", "include_deleted": false,
            "keep_attributes": false, "page_size": size,
        });
        let opened = query
            .call_rows(&mut store, connection, &record(config))
            .await;
        refused(opened.expect("no trap"), "config.page-size");
    }
    let bulk = world.salesforce_connector_bulk();
    let config = json!({
        "object": "Account", "operation": "Insert", "sized_uploads": false,
        "error_columns": false, "delete_jobs": false, "job_records": 0,
    });
    let opened = bulk
        .call_load(&mut store, connection, &record(config), None)
        .await;
    refused(opened.expect("no trap"), "config.job-records");
}

#[tokio::test]
async fn typed_records_go_in_and_come_out() {
    let Bound {
        mut store,
        world,
        org,
    } = bound().await;
    let connection = connected(&mut store, &world).await;
    let created = world
        .salesforce_connector_records()
        .call_create(
            &mut store,
            connection,
            &record(json!({"object": "Account"})),
            &input("application/json", r#"{"Name": "Acme"}"#),
        )
        .await
        .expect("no trap")
        .expect("a record");
    assert!(created.success);
    let id = created.id.expect("an id");
    let retrieved = world
        .salesforce_connector_records()
        .call_retrieve(
            &mut store,
            connection,
            &record(json!({"object": "Account", "id": id, "fields": ["Name"]})),
        )
        .await
        .expect("no trap")
        .expect("a message");
    let Body::Text(body) = retrieved.body else {
        panic!("JSON is text");
    };
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["Name"], "Acme");
    drop(org);
}
