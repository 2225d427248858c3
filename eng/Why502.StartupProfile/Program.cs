using System.Reflection;

namespace Why502.StartupProfile;

/// <summary>
/// Rehearses the program in this process and writes which generic methods the runtime had to compile, as a profile for the compiler that works ahead (crossgen2).
/// By itself that compiler finds what is called directly; it misses virtual methods of generic types over value types, LINQ's iterators above all, and each start would compile hundreds of them.
/// </summary>
internal static class Program
{
    /// <param name="arguments">The directory that holds why502.dll, the directory of labelled cases, the profile to write.</param>
    /// <returns>0; 1 when nothing was compiled; 2 for wrong usage.</returns>
    public static int Main(string[] arguments)
    {
        if (arguments is not [var program, var cases, var profile])
        {
            Console.Error.WriteLine("usage: Why502.StartupProfile PROGRAM-DIRECTORY CASES-DIRECTORY PROFILE.mibc");
            return 2;
        }

        AppDomain.CurrentDomain.AssemblyResolve += (_, missing) => Load(program, new AssemblyName(missing.Name).Name + ".dll");
        using CompiledMethods compiled = new();
        using Rehearsal rehearsal = new(Load(program, "why502.dll") ?? throw new FileNotFoundException($"{program} holds no why502.dll: build src/why502 first."));
        rehearsal.Run(cases);

        var methods = compiled.Generic();
        Mibc.Write(profile, methods);
        Console.Error.WriteLine($"{profile}: {methods.Count} generic methods");
        return methods.Count == 0 ? 1 : 0;
    }

    private static Assembly? Load(string directory, string file) => File.Exists(Path.Combine(directory, file)) ? Assembly.LoadFrom(Path.GetFullPath(Path.Combine(directory, file))) : null;
}
