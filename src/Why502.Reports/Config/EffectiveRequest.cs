using Why502.Nginx;

namespace Why502.Reports.Config;

/// <summary>The request whose settings are asked for, and which nginx is meant.</summary>
/// <param name="Listen">The local address it comes to; null when unknown.</param>
/// <param name="Version">Null when unknown: some defaults depend on it.</param>
public sealed record EffectiveRequest(string ConfigurationFile, string? Listen, bool Tls, string Host, string Uri, string Method, Version? Version);
