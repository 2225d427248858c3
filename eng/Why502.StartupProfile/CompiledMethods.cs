using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Reflection;

namespace Why502.StartupProfile;

/// <summary>The methods that the runtime compiles in this process, by its own events.</summary>
internal sealed class CompiledMethods : EventListener
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords JustInTime = (EventKeywords)0x10;

    /// <summary>MethodLoadVerbose_V1; its first value is the runtime's handle of the method.</summary>
    private const int MethodLoaded = 143;

    private readonly ConcurrentDictionary<nint, bool> _handles = new();

    /// <summary>Those that are generic, or of a generic type, each with its type arguments; a reference type among these is <c>System.__Canon</c>, whose code all reference types share.</summary>
    public IReadOnlyList<MethodBase> Generic()
        => [.. _handles.Keys.Select(Method).OfType<MethodBase>().Where(method => method.DeclaringType is { } type && (type.IsGenericType || method.IsGenericMethod)).Distinct().OrderBy(method => $"{method.DeclaringType} {method}", StringComparer.Ordinal)];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Runtime)
        {
            EnableEvents(eventSource, EventLevel.Verbose, JustInTime);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == MethodLoaded && eventData.Payload is [ulong handle, ..])
        {
            _handles.TryAdd((nint)handle, true);
        }
    }

    private static MethodBase? Method(nint value)
    {
        var handle = RuntimeMethodHandle.FromIntPtr(value);
        return DeclaringType(handle) is { } type ? MethodBase.GetMethodFromHandle(handle, type.TypeHandle) : null;
    }

    /// <summary>A method of a generic type is found with its type only, and only the runtime itself tells it.</summary>
    private static Type? DeclaringType(RuntimeMethodHandle handle) => (Type?)OfInfo.Invoke(null, [InfoOf.Invoke(handle, null)]);

    private static readonly MethodInfo InfoOf = typeof(RuntimeMethodHandle).GetMethod("GetMethodInfo", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private static readonly MethodInfo OfInfo = typeof(RuntimeMethodHandle).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
        .Single(method => method.Name == "GetDeclaringType" && method.GetParameters() is [{ ParameterType.Name: "IRuntimeMethodInfo" }]);
}
