// Builds a package of this workspace for wasm32-wasip2; part of the build scripts of `mediate-cli` and of the tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_metadata::{AddMetadata, AddMetadataField, Licenses, Revision, Version};

const TARGET: &str = "wasm32-wasip2";

/// What a component is built from, besides its own folder.
const SHARED: [&str; 3] = ["wit", "Cargo.lock", "Cargo.toml"];

/// Builds `package` as a component and returns the file, which lies in this build script's own output directory.
///
/// The guest has a target directory of its own, `<target>/guest`: the outer cargo holds the lock of its own while this
/// runs. A failure ends the build script with the compiler's own words.
pub fn build(package: &str, watched: &[&str]) -> Result<PathBuf, String> {
    let root = workspace_root()?;
    let sources: Vec<&str> = watched.iter().chain(&SHARED).copied().collect();
    for path in sources
        .iter()
        .map(|path| root.join(path))
        .chain(log_of_commits(&root))
    {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let out_dir = PathBuf::from(variable("OUT_DIR")?);
    let target_dir = target_dir(&out_dir)?.join("guest");
    compile(package, &root, &target_dir)?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    let built = target_dir.join(TARGET).join("guest").join(&file);
    let bytes = std::fs::read(&built)
        .map_err(|error| format!("could not read {}: {error}", built.display()))?;
    let named = named(package, &bytes, revision(&root, &sources))?;
    let kept = out_dir.join(&file);
    // A file that is written anew has whatever holds it compiled again.
    if std::fs::read(&kept).is_ok_and(|before| before == named) {
        return Ok(kept);
    }
    std::fs::write(&kept, named)
        .map_err(|error| format!("could not write {}: {error}", kept.display()))?;
    Ok(kept)
}

/// Says in the component what it is: all packages of the workspace have one version and one licence.
fn named(package: &str, bytes: &[u8], revision: Option<String>) -> Result<Vec<u8>, String> {
    let mut metadata = AddMetadata::default();
    metadata.name = AddMetadataField::Set(package.to_owned());
    metadata.version = AddMetadataField::Set(Version::new(variable("CARGO_PKG_VERSION")?));
    let licence = Licenses::new(&variable("CARGO_PKG_LICENSE")?);
    let licence = licence.map_err(|error| format!("the licence has no SPDX form: {error}"))?;
    metadata.licenses = AddMetadataField::Set(licence);
    if let Some(revision) = revision {
        metadata.revision = AddMetadataField::Set(Revision::new(revision));
    }
    metadata
        .to_wasm(bytes)
        .map_err(|error| format!("the component `{package}` takes no metadata: {error}"))
}

/// Returns the file in which git notes every commit and checkout, after which the revision may be another.
fn log_of_commits(root: &Path) -> Option<PathBuf> {
    let mut git = Command::new("git");
    let git = git
        .current_dir(root)
        .args(["rev-parse", "--git-path", "logs/HEAD"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let path = root.join(String::from_utf8_lossy(&output.stdout).trim());
    path.exists().then_some(path)
}

/// Returns the last commit that changed the sources, with `-modified` where they have changed since; `None` outside of a repository.
fn revision(root: &Path, sources: &[&str]) -> Option<String> {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let output = git
            .current_dir(root)
            .args(arguments)
            .arg("--")
            .args(sources);
        let output = output
            .output()
            .ok()
            .filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["log", "-1", "--format=%H"]).filter(|commit| !commit.is_empty())?;
    let is_clean = git(&["status", "--porcelain"])?.is_empty();
    Some(if is_clean {
        commit
    } else {
        commit + "-modified"
    })
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
    cargo.env("CARGO_ENCODED_RUSTFLAGS", without_own_paths(root)?);
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

/// Returns the flags by which the component holds no path of this machine: two checkouts build the same bytes.
fn without_own_paths(root: &Path) -> Result<String, String> {
    let own = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = own.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let home = home.ok_or("neither CARGO_HOME nor a home directory is known")?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = [
        remap(root, "."),
        remap(&home.join("registry/src"), "registry"),
    ];
    Ok(flags.join("\x1f"))
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
