namespace Why502.Logs;

/// <summary>
/// Room. A log may hold more routes, and more of everything, than there is room for, and what comes last is what matters: so routes give way first, then server and
/// upstream, and a message never. Nothing that was counted is lost, only what told it apart.
/// </summary>
public sealed partial class ErrorLogFold
{
    /// <summary>A group that has fewer records than this share of its family's, or fewer than so many, tells nothing by its route.</summary>
    private const int HeavyShare = 32;
    private const int HeavyRecords = 16;

    /// <summary>Groups with a route of their own.</summary>
    private readonly int ownMax = Math.Max(16, maxGroups / 16);

    /// <summary>What is left for messages whose server and upstream are not told apart any more.</summary>
    private readonly int familiesMax = maxGroups - (maxGroups / 8);

    private readonly Families _families = new();
    private int _own;

    /// <summary>There is no room for another family.</summary>
    private bool _isFull;

    /// <summary>The group of such a record; <see cref="GroupIndex.None"/> when it has to be made first.</summary>
    private int Find(in Fingerprint message, in Fingerprint coarse, in Fingerprint full)
    {
        int family = _families.Find(coarse);
        if (family < 0)
        {
            return _isFull ? _index.Find(AnyPlace(message)) : GroupIndex.None;
        }

        return Or(_families[family].Own > 0 ? _index.Find(full) : GroupIndex.None, _families[family].Rest);
    }

    private static Fingerprint AnyPlace(Fingerprint message)
    {
        message.AddNumber(ulong.MaxValue);
        return message;
    }

    /// <summary>Makes the group of a record that has none, and room for it; <see cref="GroupIndex.None"/> when there is none for so many messages.</summary>
    private int Make(ErrorLogRecord record, ErrorMessage known, in Fingerprint message, in Fingerprint coarse, in Fingerprint full)
    {
        int family = _families.Find(coarse);
        if (!_isFull && (_groups.Count >= familiesMax || (_own >= ownMax && !(family >= 0 && _families[family].IsClosed))))
        {
            Prune();
            _isFull = _groups.Count >= familiesMax;
            if (Find(message, coarse, full) is >= 0 and int found)
            {
                return found;
            }
        }

        if (_isFull)
        {
            return _groups.Count < maxGroups ? Make(new Group { First = record, Known = known, Scope = GroupScope.Message, Key = AnyPlace(message) }) : GroupIndex.None;
        }

        family = family < 0 ? _families.Add(coarse) : family;
        ref Family members = ref _families[family];
        int number;
        if (members.IsClosed)
        {
            members.Rest = number = Make(new Group { First = record, Known = known, Scope = GroupScope.Rest, Family = family, Key = coarse });
        }
        else
        {
            number = Make(new Group { First = record, Known = known, Scope = GroupScope.Own, Family = family, Key = full, Coarse = coarse });
            members.Own++;
            _own++;
        }

        return number;
    }

    private int Make(Group group)
    {
        int number = _groups.Count;
        _groups.Add(group);
        _tallies[number] = new Tally { Span = Span.None };
        _index.Add(group.Key, number);
        return number;
    }

    /// <summary>Makes one group of each family's routes, but for the heavy ones, and closes the families.</summary>
    private void Prune()
    {
        CountMinute();
        bool[] kept = Heavy();
        int[] rests = new int[_families.Count];
        for (int family = 0; family < rests.Length; family++)
        {
            rests[family] = _families[family].Rest;
        }

        bool[] gone = new bool[_groups.Count];
        for (int number = 0; number < _groups.Count; number++)
        {
            Group group = _groups[number];
            if (group.Scope != GroupScope.Own || kept[number])
            {
                continue;
            }

            ref int rest = ref rests[group.Family];
            if (rest < 0)
            {
                rest = number;
                (group.Scope, group.Key) = (GroupScope.Rest, group.Coarse);
            }
            else
            {
                Merge(number, rest);
                gone[number] = true;
            }
        }

        Renumber(gone);
    }

    /// <summary>The groups whose route says where the fault is: at most half of those that there may be, so that others find room.</summary>
    private bool[] Heavy()
    {
        long[] records = new long[_families.Count];
        for (int number = 0; number < _groups.Count; number++)
        {
            if (_groups[number].Scope != GroupScope.Message)
            {
                records[_groups[number].Family] += _tallies[number].Records;
            }
        }

        List<int> heavy = [];
        for (int number = 0; number < _groups.Count; number++)
        {
            if (_groups[number].Scope == GroupScope.Own && _tallies[number].Records >= Math.Max(HeavyRecords, records[_groups[number].Family] / HeavyShare))
            {
                heavy.Add(number);
            }
        }

        heavy.Sort((one, other) => _tallies[one].Records != _tallies[other].Records ? _tallies[other].Records.CompareTo(_tallies[one].Records) : one.CompareTo(other));
        bool[] kept = new bool[_groups.Count];
        for (int rank = 0; rank < Math.Min(heavy.Count, ownMax / 2); rank++)
        {
            kept[heavy[rank]] = true;
        }

        return kept;
    }

    private void Merge(int from, int into)
    {
        Group source = _groups[from], target = _groups[into];
        ref Tally lost = ref _tallies[from];
        ref Tally gained = ref _tallies[into];
        target.First = lost.Records > gained.Records ? source.First : target.First;
        gained.Records += lost.Records;
        gained.Span.Add(lost.Span);
        _minutes.Merge(from, into);
        target.MergeSamples(source, samplesPerGroup);
        gained.Unsampled = 0;
    }

    private void Renumber(bool[] gone)
    {
        _index.Clear();
        for (int family = 0; family < _families.Count; family++)
        {
            _families[family] = new Family { IsClosed = true };
        }

        int[] numbers = new int[gone.Length];
        int to = 0;
        _own = 0;
        for (int number = 0; number < gone.Length; number++)
        {
            numbers[number] = gone[number] ? GroupIndex.None : to;
            if (gone[number])
            {
                continue;
            }

            Group group = _groups[number];
            (_groups[to], _tallies[to]) = (group, _tallies[number]);
            _index.Add(group.Key, to);
            if (group.Scope != GroupScope.Message)
            {
                ref Family members = ref _families[group.Family];
                members.Rest = group.Scope == GroupScope.Rest ? to : members.Rest;
                members.Own += group.Scope == GroupScope.Own ? 1 : 0;
                _own += group.Scope == GroupScope.Own ? 1 : 0;
            }

            to++;
        }

        _groups.RemoveRange(to, _groups.Count - to);
        _minutes.Remove(gone);
        _memo.RenumberGroups(numbers);
        _ownGroups.Clear();
    }
}
