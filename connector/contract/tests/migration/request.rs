//! Requests as the page writes them: `GET V/sobjects/{object}`.

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// What `V` stands for.
const VERSION: &str = "/services/data/v";

/// A method with a path; `{…}` in it is any one segment, and `V` the root of any version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub path: String,
}

impl Request {
    /// Reads `METHOD PATH`; parameters of the path are left out.
    pub fn read(text: &str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        METHODS.contains(&method).then(|| Self {
            method: method.into(),
            path: bare(path).into(),
        })
    }

    /// Whether a request that is sent is this one.
    pub fn fits(&self, method: &str, url: &str) -> bool {
        method.eq_ignore_ascii_case(&self.method) && same_path(&self.path, url)
    }
}

fn bare(path: &str) -> &str {
    path.split(['?', '…']).next().unwrap_or_default()
}

fn same_path(template: &str, url: &str) -> bool {
    let host = url
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let path = bare(host.unwrap_or(url));
    let (wanted, path) = match template.strip_prefix('V') {
        Some(rest) => match path.strip_prefix(VERSION) {
            Some(found) => (rest, found.trim_start_matches(|char: char| char != '/')),
            None => return false,
        },
        None => (template, path),
    };
    let segments = |path: &str| -> Vec<String> {
        let path = path.trim_matches('/');
        path.split('/').map(str::to_lowercase).collect()
    };
    let (wanted, found) = (segments(wanted), segments(path));
    let mut pairs = wanted.iter().zip(&found);
    wanted.len() == found.len()
        && pairs.all(|(wanted, found)| {
            wanted == found || (wanted.starts_with('{') && !found.is_empty())
        })
}

#[test]
fn paths_are_compared_segment_by_segment() {
    let request = Request::read("GET V/sobjects/{object}/body?x={x}").unwrap();
    assert!(request.fits("GET", "/services/data/v62.0/sobjects/Document/Body/?y=1"));
    assert!(request.fits(
        "get",
        "https://a.example/services/data/v62.0/sobjects/D/body"
    ));
    assert!(!request.fits("GET", "/services/data/v62.0/sobjects/Document"));
    assert!(!request.fits("POST", "/services/data/v62.0/sobjects/Document/body"));
    let versions = Request::read("GET /services/data").unwrap();
    assert!(versions.fits("GET", "/services/data/"));
    assert!(!versions.fits("GET", "/services/data/v62.0"));
}
