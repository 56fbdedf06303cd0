//! Builds the Salesforce connector as a component, for `mediate_cli::embedded::CONNECTOR`.

mod guest;

fn main() {
    match guest::build("salesforce-connector", &["connector"]) {
        Ok(file) => println!("cargo::rustc-env=EMBEDDED_CONNECTOR={}", file.display()),
        Err(reason) => println!("cargo::error={}", reason.replace('\n', "\ncargo::error=")),
    }
}
