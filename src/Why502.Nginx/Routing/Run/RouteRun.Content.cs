namespace Why502.Nginx.Routing;

/// <summary>The precontent and content phases: try_files, then what answers.</summary>
internal sealed partial class RouteRun
{
    /// <summary>ngx_http_try_files_handler.</summary>
    private Phase TryFiles()
    {
        foreach (var file in scope.TryFiles)
        {
            if (MapToPath(fileName: false) is not { } rootPath)
            {
                return Finalize(500, "alias cannot be used where the URI was rewritten");
            }

            var name = Evaluate(file.Name);
            if (!file.Name.IsLiteral && scope.Root.Alias > 0 && name.Length >= scope.Root.Alias
                && string.CompareOrdinal(name, 0, uri, 0, scope.Root.Alias) == 0)
            {
                name = name[scope.Root.Alias..];
            }

            if (file.IsLast)
            {
                return Fallback(file, name);
            }

            var seen = files.Look(rootPath + name);
            var fits = seen is not (RouteFile.Missing or RouteFile.BehindFile or RouteFile.Denied) && seen == RouteFile.Directory == file.WantsDirectory;
            Step("try_files", $"{ByteText.ToText(rootPath + name)}{(file.WantsDirectory ? "/" : "")}: {(fits ? "exists" : "is not there")}", file.Directive.At);
            if (fits)
            {
                TakeFile(name, file.WantsDirectory);
                return Phase.Content;
            }
        }

        return Phase.Content;
    }

    private Phase Fallback(TryFile file, string name)
    {
        if (file.Code is { } code)
        {
            Step("try_files", $"={StatusText(code)}", file.Directive.At);
            return Finalize(code, null);
        }

        if (name.StartsWith('@'))
        {
            return NamedLocation(name);
        }

        var (path, arguments) = Split(name);
        return InternalRedirect(path, arguments);
    }

    private void TakeFile(string name, bool isDirectory)
    {
        if (!scope.Root.IsAlias)
        {
            uri = name;
        }
        else if (!scope.Root.ReplacesAll)
        {
            uri = string.Concat(uri.AsSpan(0, Math.Min(scope.Root.Alias, uri.Length)), name);
        }
        else if (!isDirectory)
        {
            uri = name;
            addUriToAlias = true;
        }
    }

    /// <summary>ngx_http_map_uri_to_path, with the URI's own name or without; null when an alias does not fit.</summary>
    private string? MapToPath(bool fileName)
    {
        var root = scope.Root;
        if (root.IsAlias && !validLocation)
        {
            return null;
        }

        var path = Evaluate(root.Path);
        if (!root.Path.IsLiteral)
        {
            path = table.FullName(path);
        }

        if (!fileName || (root.ReplacesAll && !addUriToAlias))
        {
            return path;
        }

        return root.Alias <= uri.Length ? path + uri[root.Alias..] : path;
    }

    private Phase Content() => contentHandler?.Kind switch
    {
        HandlerKind.Proxy => Proxy(),
        HandlerKind.Grpc => Grpc(),
        HandlerKind.OtherUpstream => OtherUpstream(),
        HandlerKind.EmptyGif => method is "GET" or "HEAD" ? AnswerBy("empty_gif") : Finalize(405, null),
        HandlerKind.StubStatus => method is "GET" or "HEAD" ? AnswerBy("stub_status") : Finalize(405, null),
        HandlerKind.Foreign => Foreign(),
        _ => Files(),
    };

    private Phase AnswerBy(string what)
    {
        Step("answer", $"{what} answers", contentHandler!.Directive?.At);
        return Finish(200);
    }

    private Phase Foreign()
    {
        Step("answer", $"{contentHandler!.Directive!.Name} answers, as it likes", contentHandler.Directive.At);
        Note($"what {contentHandler.Directive.Name} answers is not known here");
        return Finish(null);
    }

    /// <summary>The content phase's own handlers in their order: index, autoindex, dav, static.</summary>
    private Phase Files()
    {
        if (uri.EndsWith('/') && method is "GET" or "HEAD" or "POST")
        {
            if (Index() is { } next)
            {
                return next;
            }

            if (method != "POST" && scope.Flag("autoindex", false))
            {
                return Autoindex();
            }
        }

        if (scope.InForce("dav_methods")?.Arguments is { } dav && dav.Contains(method))
        {
            Step("answer", $"dav_methods answers {method}", null);
            return Finish(null);
        }

        if (method is not ("GET" or "HEAD" or "POST"))
        {
            return Finalize(405, "static files know GET and HEAD only");
        }

        return uri.EndsWith('/') ? Finalize(403, "there is no index file, and no listing is made") : Static();
    }

    /// <summary>ngx_http_index_handler; null when it declines.</summary>
    private Phase? Index()
    {
        var directoryTested = false;
        foreach (var index in scope.Indexes)
        {
            var name = Evaluate(index);
            if (index.IsLiteral && name.StartsWith('/'))
            {
                return InternalRedirect(name, args);
            }

            if (MapToPath(fileName: true) is not { } directory)
            {
                return Finalize(500, "alias cannot be used where the URI was rewritten");
            }

            if (name.StartsWith('/'))
            {
                return InternalRedirect(name, args);
            }

            switch (files.Look(directory + name))
            {
                case RouteFile.Missing:
                    if (!directoryTested && TestDirectory(directory) is { } failed)
                    {
                        return failed;
                    }

                    directoryTested = true;
                    break;
                case RouteFile.BehindFile:
                    return Finalize(404, $"{ByteText.ToText(directory)} is not a directory");
                case RouteFile.Denied:
                    return Finalize(403, $"{ByteText.ToText(directory)} may not be read");
                default:
                    Step("index", $"{ByteText.ToText(directory + name)} exists", null);
                    return InternalRedirect(uri + name, args);
            }
        }

        return null;
    }

    /// <summary>ngx_http_index_test_dir.</summary>
    private Phase? TestDirectory(string directory) => files.Look(directory.Length > 1 ? directory.TrimEnd('/') : directory) switch
    {
        RouteFile.Directory or RouteFile.Denied => null,
        RouteFile.Missing or RouteFile.BehindFile => Finalize(404, $"{ByteText.ToText(directory)} is not there"),
        _ => Finalize(500, $"{ByteText.ToText(directory)} is not a directory"),
    };

    /// <summary>ngx_http_autoindex_handler.</summary>
    private Phase Autoindex()
    {
        if (MapToPath(fileName: true) is not { } directory)
        {
            return Finalize(500, "alias cannot be used where the URI was rewritten");
        }

        // The last character goes, whatever it is: the handler takes it for the slash.
        switch (files.Look(directory.Length > 1 ? directory[..^1] : directory))
        {
            case RouteFile.Directory:
                Step("answer", $"autoindex lists {ByteText.ToText(directory)}", null);
                return Finish(200);
            case RouteFile.Denied:
                return Finalize(403, null);
            default:
                return Finalize(404, $"{ByteText.ToText(directory)} is not there");
        }
    }

    /// <summary>ngx_http_static_handler.</summary>
    private Phase Static()
    {
        if (MapToPath(fileName: true) is not { } path)
        {
            return Finalize(500, "alias cannot be used where the URI was rewritten");
        }

        switch (files.Look(path))
        {
            case RouteFile.Missing or RouteFile.BehindFile:
                return Finalize(404, $"{ByteText.ToText(path)} is not there");
            case RouteFile.Denied:
                return Finalize(403, $"{ByteText.ToText(path)} may not be read");
            case RouteFile.Directory:
                redirect = UriEscape.Path(uri) + "/" + (args.Length > 0 ? "?" + args : string.Empty);
                return Finalize(301, $"{ByteText.ToText(path)} is a directory: clients are sent to {ByteText.ToText(redirect)}");
            case RouteFile.Other:
                return Finalize(404, $"{ByteText.ToText(path)} is not a regular file");
            default:
                if (method == "POST")
                {
                    return Finalize(405, "static files know GET and HEAD only");
                }

                Step("answer", $"the file {ByteText.ToText(path)}", null);
                return Finish(200);
        }
    }
}
