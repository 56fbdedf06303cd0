// Builds a package of this workspace for wasm32-wasip2; part of the build scripts of `mediate-cli` and of the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";

/// Builds `package` as a component and returns the file, which lies in this build script's own output directory.
///
/// The guest has a target directory of its own, `<target>/guest`: the outer cargo holds the lock of its own while this
/// runs. A failure ends the build script with the compiler's own words.
pub fn build(package: &str, watched: &[&str]) -> Result<PathBuf, String> {
    let root = workspace_root()?;
    for path in watched.iter().chain(&["wit", "Cargo.lock", "Cargo.toml"]) {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    let out_dir = PathBuf::from(variable("OUT_DIR")?);
    let target_dir = target_dir(&out_dir)?.join("guest");
    compile(package, &root, &target_dir)?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    let built = target_dir.join(TARGET).join("guest").join(&file);
    let kept = out_dir.join(&file);
    std::fs::copy(&built, &kept)
        .map_err(|error| format!("could not copy {}: {error}", built.display()))?;
    Ok(kept)
}

fn compile(package: &str, root: &Path, target_dir: &Path) -> Result<(), String> {
    let mut cargo = Command::new(variable("CARGO")?);
    cargo
        .current_dir(root)
        .args([
            "build",
            "--locked",
            "--package",
            package,
            "--target",
            TARGET,
            "--profile",
            "guest",
        ])
        .arg("--target-dir")
        .arg(target_dir);
    forget_outer_build(&mut cargo);
    let output = cargo
        .output()
        .map_err(|error| format!("could not start cargo: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    // Cargo's own advice names the target, but drowns in what follows.
    let hint = if words.contains("target may not be installed") {
        format!("\n\nThe target {TARGET} is missing; add it with: rustup target add {TARGET}")
    } else {
        String::new()
    };
    Err(format!(
        "the component `{package}` did not build:\n{words}{hint}"
    ))
}

/// Flags, wrappers and settings of the native build are wrong for the guest: instrumented, or linked with a native
/// linker, it would not build, and a component must not depend on who builds it.
fn forget_outer_build(cargo: &mut Command) {
    let outer = [
        "RUSTFLAGS",
        "RUSTDOCFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_LINKER",
    ];
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_cargo = [
            "CARGO_ENCODED_",
            "CARGO_BUILD_",
            "CARGO_PROFILE_",
            "CARGO_CFG_",
            "CARGO_FEATURE_",
            "CARGO_PKG_",
        ];
        if outer.contains(&text.as_ref()) || of_cargo.iter().any(|prefix| text.starts_with(prefix))
        {
            cargo.env_remove(&name);
        }
    }
    for name in [
        "CARGO_TARGET_DIR",
        "CARGO_MANIFEST_DIR",
        "CARGO_MAKEFLAGS",
        "MAKEFLAGS",
        "TARGET",
        "HOST",
        "OUT_DIR",
    ] {
        cargo.env_remove(name);
    }
}

/// The output directory is `<target>/<profile>/build/<package>/out`.
pub fn target_dir(out_dir: &Path) -> Result<&Path, String> {
    out_dir
        .ancestors()
        .nth(4)
        .ok_or_else(|| format!("{} is no output directory", out_dir.display()))
}

fn workspace_root() -> Result<PathBuf, String> {
    let manifest_dir = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let mut folders = manifest_dir.ancestors().skip(1);
    let root = folders.find(|folder| folder.join("Cargo.lock").exists());
    root.map(Path::to_path_buf)
        .ok_or_else(|| "this package is not in a workspace".to_owned())
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("cargo did not set {name}"))
}
