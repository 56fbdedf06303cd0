//! The simulated org on a port, as `mediate sandbox` serves it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::harness::Folder;

/// A simulated org on a port, ended when dropped.
pub struct Served {
    child: Child,
    pub url: String,
}

impl Served {
    pub fn start(folder: &Folder, more: &[&str]) -> Self {
        let arguments = [&["sandbox", "--listen", "127.0.0.1:0", "--quiet"], more].concat();
        let mut child = folder
            .command(&arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        Self {
            child,
            url: url.trim_end().to_owned(),
        }
    }

    pub fn connection(&self, secret: &str) -> String {
        let url = &self.url;
        format!(
            "url = '{url}'\n[auth.client-credentials]\nclient-id = 'sandbox-client'\nclient-secret = '{secret}'\n"
        )
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
