//! [`Stats`]: what the Coreapp counts.
//!
//! ```
//! use whatsapp_onprem::Stats;
//!
//! let stats = Stats::from_json(r#"{"stats":{"app":{
//!     "callback_queue_size":{"type":"gauge","data":[{"value":450}]},
//!     "callback_requests":{"type":"counter","data":[
//!         {"labels":{"type":"status_change","result":"1"},"value":485}]}}}}"#)
//! .expect("statistics");
//! assert_eq!(stats.callback_queue_size(), Some(450.0));
//! let failed = stats.callback_requests().find(|callbacks| !callbacks.succeeded()).expect("one");
//! assert_eq!((failed.kind, failed.result, failed.value), ("status_change", "1", 485.0));
//! ```

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The statistics of a Coreapp (Meta, stats). They live in its memory and begin anew with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(transparent)]
pub struct Stats {
    /// All of them, by name.
    pub metrics: BTreeMap<String, Metric>,
}

/// One figure, or one for each set of labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Metric {
    /// `gauge` or `counter`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The figures.
    pub data: Vec<Sample>,
}

/// A figure and its labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// What it is the figure of.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The figure.
    pub value: f64,
}

/// How many callbacks of a kind came to an end in one way, or how long they took.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Callbacks<'a> {
    /// `inbound_message`, `status_change` …
    pub kind: &'a str,
    /// `success`, the HTTP status of the answer, or the number of a network error, such as `1`.
    pub result: &'a str,
    /// The figure: a count, or milliseconds.
    pub value: f64,
}

impl Callbacks<'_> {
    /// True if the webhook answered with 200.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.result == "success"
    }
}

impl Stats {
    /// Statistics from `{"stats":{"app":{…}}}`, or from what stands in it; `None` if it is no JSON
    /// object. What has another form than a metric is passed over.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        Self::of_answer(text.as_bytes())
    }

    pub(crate) fn of_answer(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let metrics = body.pointer("/stats/app").or_else(|| body.get("app")).unwrap_or(&body);
        let metrics = metrics.as_object()?.iter();
        let metrics = metrics.filter_map(|(name, value)| Some((name.clone(), Metric::of(value)?)));
        Some(Stats { metrics: metrics.collect() })
    }

    /// How many callbacks wait to be sent. The client's queue holds 100,000.
    #[must_use]
    pub fn callback_queue_size(&self) -> Option<f64> {
        self.metrics.get("callback_queue_size")?.data.first().map(|sample| sample.value)
    }

    /// How many callbacks were sent, by kind and result. A webhook that wrongly refuses shows here:
    /// as `401`, say.
    pub fn callback_requests(&self) -> impl Iterator<Item = Callbacks<'_>> {
        self.callbacks("callback_requests")
    }

    /// How many milliseconds they took together.
    pub fn callback_requests_duration_ms_sum(&self) -> impl Iterator<Item = Callbacks<'_>> {
        self.callbacks("callback_requests_duration_ms_sum")
    }

    /// Of how many the time was taken.
    pub fn callback_requests_duration_ms_count(&self) -> impl Iterator<Item = Callbacks<'_>> {
        self.callbacks("callback_requests_duration_ms_count")
    }

    fn callbacks(&self, name: &str) -> impl Iterator<Item = Callbacks<'_>> {
        let samples = self.metrics.get(name).into_iter().flat_map(|metric| &metric.data);
        samples.map(|sample| {
            let label = |name| sample.labels.get(name).map_or("", String::as_str);
            Callbacks { kind: label("type"), result: label("result"), value: sample.value }
        })
    }
}

impl Metric {
    /// A metric, or a figure alone.
    fn of(value: &Value) -> Option<Self> {
        if let Some(value) = number(value) {
            let data = vec![Sample { labels: BTreeMap::new(), value }];
            return Some(Metric { data, ..Metric::default() });
        }
        let text = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let data = value.get("data")?.as_array()?.iter().filter_map(Sample::of).collect();
        Some(Metric { kind: text("type"), help: text("help"), data })
    }
}

impl Sample {
    fn of(value: &Value) -> Option<Self> {
        let labels = value.get("labels").and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        });
        Some(Sample { labels: labels.collect(), value: number(value.get("value")?)? })
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_other_forms_are_read_as_far_as_they_go() {
        let stats = Stats::from_json(
            r#"{"app":{"callback_queue_size":"7","odd":[1],"callback_requests":{"data":[
                {"labels":{"result":301,"type":"inbound_message"},"value":"5"},{"labels":{}},3]}}}"#,
        )
        .unwrap();
        assert_eq!(stats.callback_queue_size(), Some(7.0));
        let callbacks: Vec<_> = stats.callback_requests().collect();
        assert_eq!(callbacks, [Callbacks { kind: "inbound_message", result: "301", value: 5.0 }]);
        assert!(!stats.metrics.contains_key("odd"));
        assert_eq!(Stats::from_json("{}").unwrap().callback_queue_size(), None);
        assert!(Stats::from_json("[]").is_none() && Stats::from_json("<").is_none());
    }
}
