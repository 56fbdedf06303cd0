// The contract as files; part of the build script of `mediate-cli`.

use std::path::{Path, PathBuf};
use wit_parser::Resolve;

/// Writes each package of the contract as a file that component tools read: docs and `@since` do not reach a component, and an encoded
/// package has only its own. Returns the files with the names of their packages.
pub fn write(wit: &Path, folder: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let mut resolve = Resolve::default();
    let pushed = resolve.push_dir(wit);
    pushed.map_err(|error| resolve.render_error(&error))?;
    let mut files = Vec::new();
    for (id, package) in resolve.packages.iter() {
        let name = format!("{}-{}", package.name.namespace, package.name.name);
        let encoded = wit_component::encode(&resolve, id);
        let encoded = encoded.map_err(|error| format!("{}: {error:#}", package.name))?;
        let file = folder.join(format!("{name}.wit.wasm"));
        let written = std::fs::write(&file, encoded);
        written.map_err(|error| format!("could not write {}: {error}", file.display()))?;
        files.push((name, file));
    }
    Ok(files)
}
