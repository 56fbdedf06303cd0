//! Builds the echo connector as a component, for `mediate_tests::ECHO`.

#[path = "../host/cli/guest.rs"]
mod guest;

fn main() {
    match guest::build("echo-connector", &["tests/connectors/echo"]) {
        Ok(file) => println!("cargo::rustc-env=ECHO_CONNECTOR={}", file.display()),
        Err(reason) => println!("cargo::error={}", reason.replace('\n', "\ncargo::error=")),
    }
}
