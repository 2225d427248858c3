using System.Reflection;
using System.Reflection.Emit;

namespace Why502.StartupProfile;

/// <summary>
/// A profile as crossgen2 reads it: an assembly whose global method <c>AssemblyDictionary</c> names groups of methods by the assemblies that they are made of, each group a method that loads
/// the token of one method after the other. Source: MIbcProfileParser.cs of dotnet/runtime.
/// </summary>
internal static class Mibc
{
    public static void Write(string path, IEnumerable<MethodBase> methods)
    {
        PersistedAssemblyBuilder assembly = new(new AssemblyName("startup"), typeof(object).Assembly);
        var module = assembly.DefineDynamicModule("startup");
        var groups = Method(module, "AssemblyDictionary");
        foreach (var (number, group) in methods.GroupBy(Assemblies).Index())
        {
            var tokens = Method(module, $"Assemblies_{number}");
            foreach (var method in group)
            {
                tokens.Code.Emit(OpCodes.Ldtoken, method is ConstructorInfo constructor ? module.GetMethodMetadataToken(constructor) : module.GetMethodMetadataToken((MethodInfo)method));
                tokens.Code.Emit(OpCodes.Pop);
            }

            tokens.Code.Emit(OpCodes.Ret);
            groups.Code.Emit(OpCodes.Ldstr, group.Key);
            groups.Code.Emit(OpCodes.Ldtoken, tokens.Method);
            groups.Code.Emit(OpCodes.Pop);
        }

        groups.Code.Emit(OpCodes.Ret);
        module.CreateGlobalFunctions();
        assembly.Save(path);
    }

    private static (MethodBuilder Method, ILGenerator Code) Method(ModuleBuilder module, string name)
    {
        var method = module.DefineGlobalMethod(name, MethodAttributes.Public | MethodAttributes.Static, typeof(void), []);
        return (method, method.GetILGenerator());
    }

    /// <summary>The group's name: a method is compiled where all of them are.</summary>
    private static string Assemblies(MethodBase method)
        => string.Concat(Types(method).SelectMany(Parts).Select(type => type.Assembly.GetName().Name + ";").Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<Type> Types(MethodBase method) => [method.DeclaringType!, .. method.IsGenericMethod ? method.GetGenericArguments() : []];

    private static IEnumerable<Type> Parts(Type type) => type switch
    {
        { HasElementType: true } => Parts(type.GetElementType()!),
        { IsGenericType: true } => [type, .. type.GetGenericArguments().SelectMany(Parts)],
        _ => [type],
    };
}
