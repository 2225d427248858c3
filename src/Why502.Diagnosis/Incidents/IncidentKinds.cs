namespace Why502.Diagnosis;

/// <summary>Where in the exchange it failed; nginx's <c>while …</c> in one word.</summary>
public enum Phase
{
    Resolve,
    Connect,
    Tls,
    Send,
    Header,
    Body,
    Upgraded,
}

/// <summary>Who failed the exchange, as nginx sees it.</summary>
public enum Side
{
    Client,
    Nginx,
    Upstream,
}

/// <summary>How it was failed, whatever the errno.</summary>
public enum How
{
    Refused,
    Reset,
    Closed,
    Timeout,
    Invalid,
    Limit,
    Denied,
}

/// <summary>Whether it goes on, comes and goes, or is over; in the order of the report.</summary>
public enum IncidentState
{
    Current,
    Intermittent,
    Recovered,
}

/// <summary>Which component produced the status that the client got.</summary>
public enum Origin
{
    Nginx,
    Upstream,
    Client,
}

/// <summary>What kind of failure the symptom is; several messages of nginx may say the same.</summary>
public enum SymptomKind
{
    /// <summary>connect() failed; <see cref="Incident.Errno"/> says how.</summary>
    ConnectFailed,

    /// <summary>A limit of nginx ran out; <see cref="Incident.Phase"/> says which.</summary>
    TimedOut,

    /// <summary>The upstream closed in the middle.</summary>
    ClosedEarly,

    /// <summary>The upstream reset the connection, or writing to it broke.</summary>
    Reset,

    HeaderTooBig,

    NoLiveUpstreams,

    /// <summary>nginx itself could not get what it needs of the machine; <see cref="Incident.Resource"/> says what.</summary>
    OutOfResource,

    /// <summary>A message on a gateway path that belongs to none of the kinds above; the table of messages says which causes write it.</summary>
    OtherMessage,

    /// <summary>A status in the access log without a line in the error log; <see cref="Incident.Status"/> is it.</summary>
    Answered,

    /// <summary>An app server's, the kernel's or the init system's own report, where nginx's side was not handed over; <see cref="Incident.Event"/> is it.</summary>
    AppLogged,

    /// <summary>The configuration on disk does not load.</summary>
    NotLoaded,
}
