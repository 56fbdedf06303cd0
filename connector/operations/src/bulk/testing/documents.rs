//! The documents that the org of tests gives: results of loads, pages of extracts.

use super::*;

impl Inside {
    /// How many rows of a job have been processed.
    pub(super) fn managed(&self, at: usize) -> usize {
        let rows = self.rows(at).len();
        match self.jobs[at].state.as_str() {
            "JobComplete" => self.manages.unwrap_or(rows).min(rows),
            "Failed" => self.manages.unwrap_or(0).min(rows),
            _ => 0,
        }
    }

    /// Result documents quote every cell and turn the order round.
    pub(super) fn document(&self, at: usize, document: &str) -> Play {
        let data = self.jobs[at].data.clone().unwrap_or_default();
        let header = lines(&data).first().cloned().unwrap_or_default();
        let managed = self.managed(at);
        let (head, keep): (&str, fn(&str, bool) -> bool) = match document {
            "successfulResults" => ("\"sf__Id\",\"sf__Created\",", |row, done| {
                done && !row.contains("bad")
            }),
            "failedResults" => ("\"sf__Id\",\"sf__Error\",", |row, done| {
                done && row.contains("bad")
            }),
            _ => ("", |_, done| !done),
        };
        let delimiter = match self.jobs[at].made["columnDelimiter"].as_str() {
            Some("SEMICOLON") => ";",
            Some("TAB") => "\t",
            Some("PIPE") => "|",
            Some("CARET") => "^",
            Some("BACKQUOTE") => "`",
            _ => ",",
        };
        let mut text = format!("{}{header}\n", head.replace(',', delimiter));
        for (number, row) in self.rows(at).iter().enumerate().rev() {
            if keep(row, number < managed) {
                let extra = match document {
                    "successfulResults" => format!("\"001{at:05}{number:010}\",\"true\","),
                    "failedResults" if row.contains("locked") => {
                        "\"\",\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--\",".into()
                    }
                    "failedResults" => "\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --\",".into(),
                    _ => String::new(),
                };
                text += &extra.replace(',', delimiter);
                text += &self.rewrites.map_or(row.clone(), |rewrite| rewrite(row));
                text += "\n";
            }
        }
        csv(text, Vec::new())
    }

    pub(super) fn page(&self, query: &str) -> Play {
        let at = parameter(query, "locator").map_or(0, |locator| locator[1..].parse().unwrap());
        let page = &self.pages[at];
        let next = (at + 1 < self.pages.len()).then(|| format!("L{}", at + 1));
        let rows = lines(page).len() - 1;
        csv(
            page.clone(),
            vec![
                (
                    "sforce-locator".into(),
                    next.unwrap_or_else(|| "null".into()),
                ),
                ("sforce-numberofrecords".into(), rows.to_string()),
            ],
        )
    }

    pub(super) fn result_pages(&self, kind: &str, id: &str, query: &str) -> Play {
        let first = parameter(query, "next").map_or(0, |at| at.parse().unwrap());
        let root = format!("/services/data/v62.0/jobs/{kind}/{id}");
        let urls: Vec<Value> = (first..self.pages.len())
            .take(5)
            .map(|at| json!({"resultUrl": format!("{root}/results?locator=L{at}")}))
            .collect();
        let next = first + urls.len();
        let done = next >= self.pages.len();
        let mut body = json!({"resultPages": urls, "done": done});
        if !done {
            body["nextRecordsUrl"] = format!("{root}/resultPages?next={next}").into();
        }
        Play::json(200, &body.to_string())
    }
}
