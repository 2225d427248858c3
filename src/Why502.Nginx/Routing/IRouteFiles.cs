namespace Why502.Nginx.Routing;

/// <summary>What stat(2) says of a path.</summary>
public enum RouteFile
{
    /// <summary>ENOENT.</summary>
    Missing,

    /// <summary>ENOTDIR: a file stands where the path wants a directory.</summary>
    BehindFile,

    /// <summary>EACCES.</summary>
    Denied,
    Regular,
    Executable,
    Directory,
    Other,
}

/// <summary>Answers for the file system, which try_files, index, static files and <c>if (-f …)</c> depend on.</summary>
public interface IRouteFiles
{
    /// <param name="path">As nginx makes it; relative paths count from nginx's working directory.</param>
    RouteFile Look(string path);
}
