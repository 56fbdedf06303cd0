//! Jobs of Bulk API 1.0.
/// Jobs.
#[derive(Debug, Default)]
pub struct Jobs;
impl Jobs {
    pub(super) fn clear(&self) {}
    pub(crate) fn infos(&self, _: Option<&str>) -> Vec<serde_json::Value> {
        Vec::new()
    }
}
